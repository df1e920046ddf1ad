// The two words a contract needs of a test runner; those of vitest, jest and node:test fit.

/** Where a contract registers its cases. */
export interface ContractRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}
