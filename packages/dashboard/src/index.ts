// The public surface of `@sched/dashboard`, names only.
export {};
