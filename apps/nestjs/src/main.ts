// A reminder service on NestJS: a reminder is a job in a SQLite file, so none is forgotten, whatever becomes of the process.
//
//   npm start -- nestjs                 http://127.0.0.1:3001, until Ctrl-C or SIGTERM, which let runs come to their end
//   npm start -- nestjs --for 20        ends by itself after 20 seconds
//   npm start -- nestjs --port 8080     another port
//   npm start -- nestjs --data <dir>    keeps nestjs.sqlite in <dir> (default: .sched)
//
// You see a first reminder after three seconds, a summary every five, and every run in the log. Add a reminder of your own,
// end the program by `kill -9` before it is due, and start it again:
//
//   curl -X POST   http://127.0.0.1:3001/reminders -H 'content-type: application/json' -d '{"text": "tea is ready", "seconds": 30}'
//   curl           http://127.0.0.1:3001/reminders          what is still to come
//   curl -X DELETE http://127.0.0.1:3001/reminders/<id>     forget one
//   curl           http://127.0.0.1:3001/health             how the scheduler is
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SchedModule } from '@sched/nestjs';
import { Housekeeping } from './housekeeping.ts';
import { Reminders } from './reminders.ts';
import { RemindersController } from './reminders-controller.ts';

async function main(): Promise<void> {
  const { seconds, port, data } = readArguments();
  mkdirSync(data, { recursive: true });

  @Module({
    imports: [
      SchedModule.forRoot({
        jobStores: { default: { type: 'sqlite', url: join(data, 'nestjs.sqlite') } },
        // Short, so that runs of a killed process are noticed while you watch.
        leaseTime: 5,
        shutdownTimeout: 10,
      }),
    ],
    controllers: [RemindersController],
    providers: [Reminders, Housekeeping],
  })
  class AppModule {}

  const app = await NestFactory.create(AppModule);
  // Ends the process once everything is closed, instead of by the signal.
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.listen(port, '127.0.0.1');
  console.log(`reminders on ${await app.getUrl()}, kept in ${join(data, 'nestjs.sqlite')}`);
  if (seconds !== null) setTimeout(() => void app.close(), Math.min(seconds * 1000, 2 ** 31 - 1));
}

function readArguments(): { seconds: number | null; port: number; data: string } {
  const { values } = parseArgs({
    options: {
      for: { type: 'string' },
      port: { type: 'string', default: '3001' },
      data: { type: 'string', default: '.sched' },
    },
  });
  const seconds = values.for === undefined ? null : Number(values.for);
  if (seconds !== null && !(seconds > 0)) {
    throw new RangeError(`--for: expected a number of seconds above 0, got '${values.for}'`);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`--port: expected a number from 0 to 65535, got '${values.port}'`);
  }
  return { seconds, port, data: values.data };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // Nothing has begun that would have to end in order.
  process.exit(1);
});
