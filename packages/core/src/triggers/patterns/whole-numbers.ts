// Arithmetic on whole numbers.

/** The greatest whole number that divides both. */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The least whole number that both divide. */
export function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}

/** What is left when whole multiples of a number are taken away: from 0 to below it, also of a negative value. */
export function remainder(value: number, by: number): number {
  return ((value % by) + by) % by;
}
