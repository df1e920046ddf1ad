// The words a contract needs of a test runner; those of vitest, jest and node:test fit.

/** Where a contract registers its cases. */
export interface ContractRunner {
  describe(name: string, body: () => void): unknown;
  readonly it: {
    (name: string, body: () => Promise<void>): unknown;
    /** Registers a case that the subject cannot be asked for; its name says why. */
    readonly skip?: (name: string, body: () => Promise<void>) => unknown;
  };
}
