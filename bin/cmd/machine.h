/* What of this machine decides speed: for version and doctor. */
#ifndef ISO_BIN_CMD_MACHINE_H
#define ISO_BIN_CMD_MACHINE_H

/** Prints the CPU, the BLAS, its kernels and who chose them, threads, our own loops and what
 * computes the encoder's products, a line each. */
void machine_print(void);

#endif
