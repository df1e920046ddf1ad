// `@sched/background`: a scheduler that runs beside your program.
export { BackgroundScheduler } from './background-scheduler.ts';
