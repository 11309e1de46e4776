/* Loaded before OpenBLAS, stands for one that took the kernels of an old CPU. */
char *openblas_get_corename(void);

char *openblas_get_corename(void)
{
    static char name[] = "Prescott";

    return name;
}
