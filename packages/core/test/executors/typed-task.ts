// A task in TypeScript: it runs in workers where the program runs under a loader.
type Shout = (text: string) => string;

export const shout: Shout = (text) => `${text}!` satisfies string;
