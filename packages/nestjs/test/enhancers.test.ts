// Runs are calls as Nest makes them: scopes, guards, interceptors, pipes and filters.
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  type NestInterceptor,
  ParseIntPipe,
  type PipeTransform,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { APP_GUARD, REQUEST } from '@nestjs/core';
import { currentRun, IntervalTrigger, type RunInfo } from '@sched/core';
import { map } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Cron, Interval, JobArg, OnSchedEvent, ScheduledJob } from '../src/index.ts';
import { type AppParts, startApp, type TestApp } from './app.ts';

const seen: unknown[] = [];
let running: TestApp | undefined;
/** Starts an application, lets its jobs run once, and answers how they ended. */
const runOnce = async (parts: AppParts) => {
  running = await startApp(parts);
  await running.seconds(1);
  const runs = await running.scheduler.getRuns();
  return runs.map(({ jobId, outcome, error }) => [jobId, outcome, error?.split('\n')[0]]).sort();
};
beforeEach(() => {
  seen.length = 0;
});
afterEach(() => running?.app.close());

@Injectable()
class Note {
  text = 'injected';
}

describe('enhancers', () => {
  @Injectable()
  class Guard implements CanActivate {
    @Inject(Note) readonly note: unknown;

    canActivate(context: ExecutionContext) {
      seen.push([
        'guard',
        (this.note as Note).text,
        context.getType(),
        context.getClass().name,
        context.getHandler().name,
        context.getArgs(),
      ]);
      return true;
    }
  }

  class Refusing implements CanActivate {
    canActivate() {
      return false;
    }
  }

  class Interceptor implements NestInterceptor {
    intercept(_: ExecutionContext, next: CallHandler) {
      seen.push('before');
      return next.handle().pipe(
        map((value) => {
          seen.push(['after', value]);
          return `${value}!`;
        }),
      );
    }
  }

  class Failure extends Error {}

  @Catch(Failure)
  class Filter implements ExceptionFilter {
    catch(error: Failure, host: ArgumentsHost) {
      seen.push(['filter', error.message, host.getType()]);
      return 'handled';
    }
  }

  test('of class and method run around a run, in the order of Nest', async () => {
    @UseGuards(Guard)
    class Tasks {
      @ScheduledJob(new IntervalTrigger({ seconds: 1 }), { args: ['eu'] })
      @UseInterceptors(Interceptor)
      run(region: string) {
        seen.push(['run', region, currentRun()?.jobId]);
        return 'result';
      }
    }
    const results: unknown[] = [];
    const parts = { providers: [Tasks, Guard, Note] };
    await runOnce({
      ...parts,
      before: (app) => {
        const scheduler = app.get('@sched/nestjs:scheduler:default', { strict: false });
        scheduler.on('run:succeeded', ({ result }: { result: unknown }) => results.push(result));
      },
    });
    expect(seen).toEqual([
      ['guard', 'injected', 'schedule', 'Tasks', 'run', ['eu']],
      'before',
      ['run', 'eu', 'Tasks.run'],
      ['after', 'result'],
    ]);
    expect(results).toEqual(['result!']);
  });

  test('a guard that refuses makes the run fail', async () => {
    class Tasks {
      @Interval(1000)
      @UseGuards(Refusing)
      run() {
        seen.push('run');
      }
    }
    expect(await runOnce({ providers: [Tasks] })).toEqual([
      ['Tasks.run', 'failed', 'ForbiddenException: Forbidden resource'],
    ]);
    expect(seen).toEqual([]);
  });

  test('a filter takes what it catches; anything else fails the run, and stands in the log once', async () => {
    @UseFilters(Filter)
    class Tasks {
      @Interval(1000)
      caught() {
        throw new Failure('caught');
      }
    }
    class Others {
      @Interval(1000)
      other() {
        throw new TypeError('not caught');
      }
    }
    expect(await runOnce({ providers: [Tasks, Others] })).toEqual([
      ['Others.other', 'failed', 'TypeError: not caught'],
      ['Tasks.caught', 'succeeded', undefined],
    ]);
    expect(seen).toEqual([['filter', 'caught', 'schedule']]);
    const errors = running?.log.lines.filter((line) => line.includes('not caught'));
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatch(/^error \[Scheduler\] run Others\.other\/\S+ failed: TypeError: not caught/);
  });

  test('pipes transform arguments', async () => {
    class Upper implements PipeTransform {
      transform(value: unknown) {
        return typeof value === 'string' ? value.toUpperCase() : value;
      }
    }
    class Tasks {
      @ScheduledJob(new IntervalTrigger({ seconds: 1 }), { args: ['eu', '42'] })
      @UsePipes(Upper)
      run(@JobArg(1, ParseIntPipe) count: number, @JobArg(0) region: string) {
        seen.push([count, region]);
      }

      @ScheduledJob(new IntervalTrigger({ seconds: 1 }), { args: ['many'] })
      refused(@JobArg(0, new ParseIntPipe()) count: number) {
        seen.push(count);
      }
    }
    const ended = await runOnce({ providers: [Tasks] });
    expect(seen).toEqual([[42, 'EU']]);
    expect(ended).toContainEqual([
      'Tasks.refused',
      'failed',
      'BadRequestException: Validation failed (numeric string is expected)',
    ]);
  });

  test("parameter decorators of the application's own see the run", async () => {
    const RunId = createParamDecorator((_: unknown, context: ExecutionContext) => [
      context.getType(),
      currentRun()?.jobId,
    ]);
    class Tasks {
      @Interval(1000)
      run(@RunId() run: unknown) {
        seen.push(run);
      }
    }
    await runOnce({ providers: [Tasks] });
    expect(seen).toEqual([['schedule', 'Tasks.run']]);
  });

  describe('of the whole application', () => {
    class Tasks {
      @Interval(1000)
      run() {
        seen.push('run');
      }
    }
    const parts: AppParts = { providers: [Tasks, Note, { provide: APP_GUARD, useClass: Guard }] };

    test('are for requests, unless the module inherits them', async () => {
      expect(await runOnce({ ...parts, before: (app) => app.useGlobalGuards(new Refusing()) })).toEqual([
        ['Tasks.run', 'succeeded', undefined],
      ]);
      expect(seen).toEqual(['run']);
    });

    test('run with inheritAppConfig', async () => {
      await runOnce({ ...parts, options: { inheritAppConfig: true } });
      expect(seen).toEqual([['guard', 'injected', 'schedule', 'Tasks', 'run', []], 'run']);
      await running?.app.close();
      const refused = await runOnce({
        ...parts,
        options: { inheritAppConfig: true },
        before: (app) => app.useGlobalGuards(new Refusing()),
      });
      expect(refused).toEqual([['Tasks.run', 'failed', 'ForbiddenException: Forbidden resource']]);
    });
  });

  test('of a controller are for its requests only', async () => {
    @Controller('jobs')
    @UseGuards(Refusing)
    class Jobs {
      @Get()
      @Interval(1000)
      run() {
        seen.push('run');
      }
    }
    expect(await runOnce({ controllers: [Jobs] })).toEqual([['Jobs.run', 'succeeded', undefined]]);
  });
});

describe('providers that are made for each request', () => {
  let made = 0;
  @Injectable({ scope: Scope.REQUEST })
  class Unit {
    readonly number = ++made;
    readonly runId: string;

    constructor(@Inject(REQUEST) run: RunInfo) {
      this.runId = run.runId;
    }
  }
  beforeEach(() => {
    made = 0;
  });

  test('are made for each run, which is their request', async () => {
    @Injectable()
    class Tasks {
      readonly unit: Unit;

      constructor(unit: Unit) {
        this.unit = unit;
      }

      @Interval(1000)
      run() {
        seen.push([this.unit.number, this.unit.runId === currentRun()?.runId]);
      }
    }
    await runOnce({ providers: [Unit, Tasks] });
    await running?.seconds(1);
    expect(seen).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  test('may be transient, or a guard', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Guard implements CanActivate {
      readonly unit: Unit;

      constructor(unit: Unit) {
        this.unit = unit;
      }

      canActivate() {
        seen.push(`guard ${this.unit.number}`);
        return true;
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient {
      readonly note: Note;

      constructor(note: Note) {
        this.note = note;
      }

      @Cron('* * * * * *')
      run() {
        seen.push(this.note.text);
      }
    }
    class Guarded {
      @Interval(1000)
      @UseGuards(Guard)
      run() {
        seen.push(this instanceof Guarded);
      }
    }
    running = await startApp({ providers: [Unit, Note, Transient, Guard, Guarded] });
    await running.seconds(1);
    expect(seen.slice(-3)).toEqual(expect.arrayContaining(['injected', 'guard 1', true]));
  });

  test('hear events, each in an instance of its own', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Listeners {
      readonly number = ++made;
      readonly request: unknown;

      constructor(@Inject(REQUEST) request: unknown) {
        this.request = request;
      }

      @OnSchedEvent('job:added')
      @OnSchedEvent('run:log')
      heard(event: { jobId: string }) {
        seen.push([this.number, event.jobId, this.request === event]);
      }
    }
    running = await startApp({ providers: [Listeners] });
    await running.scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'a' });
    await running.scheduler.addJob(() => currentRun()?.log('within a run'), 'interval', { seconds: 1, id: 'b' });
    await running.seconds(1);
    expect(seen).toEqual([
      [1, 'a', true],
      [2, 'b', true],
      [3, 'b', true],
    ]);
  });
});
