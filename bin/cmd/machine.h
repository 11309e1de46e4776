/* What of this machine decides speed: for version and doctor. */
#ifndef ISO_BIN_CMD_MACHINE_H
#define ISO_BIN_CMD_MACHINE_H

/** Prints the CPU, threads, our own kernels and those of the search, what computes the encoder's
 * products, the library that LAPACK runs on, its kernels and who chose them, a line each. */
void machine_print(void);

#endif
