// `@sched/core/opentelemetry`: spans and metrics of a scheduler, for whatever SDK the program has set up.
export { type InstrumentOptions, instrument } from './instrument.ts';
