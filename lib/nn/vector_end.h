/* Ends what vector_math_tmpl.h defines. */

#undef LOAD
#undef PICK
#undef STORE
#undef vec
#undef mem
#undef ints
#undef bits
