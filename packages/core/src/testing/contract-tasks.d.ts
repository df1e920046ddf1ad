// Types of the tasks of the executor contract.

/** Answers its arguments. */
export function echo(...args: readonly unknown[]): unknown;
/** Answers its argument, but not at once. */
export function echoLater(value: unknown): Promise<unknown>;
/** Throws a TypeError of the code E_CONTRACT. */
export function fail(message: unknown): never;
export function failLater(message: unknown): Promise<never>;
/** Throws what is no Error. */
export function throwText(text: unknown): never;
export function throwTextLater(text: unknown): Promise<never>;
/** Never ends by itself, and does not heed its signal. */
export function hang(): Promise<never>;
/** What it can learn of its run. */
export function describeRun(): Promise<unknown>;
/** Logs its first argument, and its second one later. */
export function logTwice(first: string, second: string): Promise<void>;
/** Tells of its progress step by step, at the end of 1. */
export function tellProgress(steps: number): Promise<void>;
/** Tells of a progress that is none. */
export function tellWrongProgress(): void;
/** Logs that it waits, then logs and throws the reason when its signal aborts. */
export function heedSignal(): Promise<never>;
/** Answers what cannot cross to another thread. */
export function answerFunction(): unknown;
/** Ends its process or thread with an exit code. */
export function endWorker(code: number): never;
/** Throws where nobody waits for it. */
export function throwOutside(message: unknown): Promise<never>;
/** Fills the memory of its process or thread. */
export function exhaustMemory(): never;
/** Logs that it begins, and holds its thread for ever. */
export function block(): never;
/** Kills its process. */
export function killWorker(): unknown;
