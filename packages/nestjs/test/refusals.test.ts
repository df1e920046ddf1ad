// What cannot be understood is refused when the application starts, with the class and the method named.
import { Injectable } from '@nestjs/common';
import { CronTrigger } from '@sched/core';
import { describe, expect, test } from 'vitest';
import { Cron, DefineTask, Interval, OnSchedEvent, SchedModule, ScheduledJob, Timeout } from '../src/index.ts';
import { refusal } from './app.ts';

/** What an application is refused with that has a method under this decorator. */
async function refusalOf(decorator: MethodDecorator) {
  @Injectable()
  class Reports {
    send() {}
  }
  decorator(Reports.prototype, 'send', Object.getOwnPropertyDescriptor(Reports.prototype, 'send') ?? {});
  return await refusal({ providers: [Reports] });
}

describe('a decorator with', () => {
  test.each([
    ['an expression that cannot be read', Cron('every day'), /^Reports\.send: @Cron: crontab: /, 'invalid-trigger'],
    ['an expression of another type', Cron(5 as never), /^Reports\.send: @Cron: cronTime: expected a cron expression/],
    [
      'an unknown zone',
      Cron('* * * * *', { timeZone: 'Mars/Base' }),
      /^Reports\.send: @Cron: timezone: expected an IANA/,
    ],
    [
      'an offset that is none',
      Cron('* * * * *', { utcOffset: 0.5 }),
      /: utcOffset: expected a whole number of minutes/,
    ],
    [
      'zone and offset',
      Cron('* * * * *', { timeZone: 'UTC', utcOffset: 60 } as never),
      /: utcOffset: expected nothing/,
    ],
    ['an unknown option', Cron('* * * * *', { zone: 'UTC' } as never), /@Cron: zone: expected one of the options/],
    ['an option of another type', Cron('* * * * *', { disabled: 'no' as never }), /: disabled: expected true or false/],
    ['an empty name', Cron('* * * * *', { name: '' }), /: name: expected a text that is not empty/],
    ['a policy of another type', Cron('* * * * *', { retry: 3 as never }), /^Reports\.send: @Cron: retry: /],
    [
      'threshold twice',
      Cron('* * * * *', { threshold: 1, misfireGraceTime: 1 }),
      /: threshold: expected nothing beside/,
    ],
    [
      'two policies of overlap',
      Cron('* * * * *', { waitForCompletion: true, maxInstances: 2 }),
      /: maxInstances: expected nothing beside waitForCompletion/,
    ],
    [
      'no milliseconds',
      Interval('a name' as never),
      /^Reports\.send: @Interval: timeout: expected a number of millisec/,
    ],
    ['an interval of nothing', Interval(0), /@Interval: timeout: expected a number of milliseconds of at least 1/],
    ['a negative timeout', Timeout(-1), /@Timeout: timeout: expected a number of milliseconds of at least 0/],
    ['a trigger that is none', ScheduledJob({} as never), /^Reports\.send: @ScheduledJob: trigger: expected a trigger/],
    [
      'a factory that gives no trigger',
      ScheduledJob({ useFactory: () => undefined as never }),
      /^Reports\.send: @ScheduledJob: trigger: expected a trigger/,
    ],
    [
      'an option that is for it to say',
      ScheduledJob('cron', { hour: 9, nextRunTime: new Date() } as never),
      /@ScheduledJob: nextRunTime: expected to be left to the decorator/,
    ],
    [
      'an option of another decorator',
      ScheduledJob(new CronTrigger(), { threshold: 1 } as never),
      /@ScheduledJob: threshold: expected an option of a job/,
    ],
    [
      'an option of no trigger',
      ScheduledJob('cron', { hours: 9 } as never),
      /@ScheduledJob: hours: expected one of/,
      'invalid-trigger',
    ],
    [
      'an option of no job',
      ScheduledJob(new CronTrigger(), { when: 1 } as never),
      /@ScheduledJob: when: expected an option of a job/,
    ],
    [
      'arguments that cannot be stored',
      ScheduledJob(new CronTrigger(), { args: [() => 1] }),
      /^Reports\.send: @ScheduledJob: args\[0\]/,
      'unserializable-arguments',
    ],
    [
      'an unknown scheduler',
      Cron('* * * * *', { scheduler: 'other' }),
      /expected the name of a scheduler .*\(default\)/,
    ],
    [
      'an unknown scheduler of a task',
      DefineTask('a', { scheduler: 'b' }),
      /^Reports\.send: scheduler: expected the name/,
    ],
    ['an unknown job store', Cron('* * * * *', { jobStore: 'other' }), /job store 'other'/, 'unknown-job-store'],
    [
      'a factory that asks for an unknown provider',
      Cron({ inject: ['NOTHING'], useFactory: () => '* * * * *' }),
      /^Reports\.send: @Cron: .*NOTHING/,
    ],
    [
      'a factory that gives nothing',
      Cron({ useFactory: () => undefined as never }),
      /@Cron: cronTime: expected a cron/,
    ],
  ])('%s', async (_, decorator, message, code = 'invalid-option') => {
    const error = await refusalOf(decorator as MethodDecorator);
    expect(error.message).toMatch(message as RegExp);
    expect(error.code).toBe(code);
  });

  test.each([
    ['a property', () => Cron('* * * * *')({}, 'field', undefined as never)],
    ['a static method', () => Cron('* * * * *')(class {}, 'run', { value: () => {} })],
    ['a method without a name of its own', () => Interval(1)({}, Symbol('run'), { value: () => {} })],
    ['a task with unknown options', () => DefineTask('a', { name: 'b' } as never)],
    ['an event with unknown options', () => OnSchedEvent('run:failed', { name: 'b' } as never)],
  ])('%s is refused where it is written', (_, decorate) => {
    expect(decorate).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});

describe('ids', () => {
  test('of two methods have to differ', async () => {
    class One {
      @Cron('* * * * *', { name: 'report' })
      run() {}
    }
    class Two {
      @Interval('report', 1000)
      run() {}
    }
    const { message } = await refusal({ providers: [One, Two] });
    expect(message).toBe(
      'Two.run: @Interval: name: expected a name of its own, because One.run has this one already, got "report"',
    );
  });

  test('of two classes with one name have to differ', async () => {
    const tasks = () => {
      class Tasks {
        @Interval(1000)
        run() {}
      }
      return Tasks;
    };
    const { message } = await refusal({ providers: [tasks(), tasks()] });
    expect(message).toMatch(/^Tasks\.run: @Interval: name: expected a name of its own, because Tasks\.run has/);
  });
});

describe('the module', () => {
  test.each([
    ['an unknown option', { timezon: 'UTC' }, /timezon: expected one of the options/],
    ['a switch of another type', { cronJobs: 1 }, /cronJobs: expected true or false/],
    ['a time for the end that is none', { shutdownTimeout: 'long' }, /^shutdownTimeout: expected a number of seconds/],
    ['a time to wait for stores that is none', { waitForStores: 'long' }, /^waitForStores: expected/],
    ['an unknown job store', { jobStores: { default: { type: 'paper' } } }, /jobStores\.default\.type: expected/],
  ])('refuses %s', async (_, options, message) => {
    expect((await refusal({ options: options as never })).message).toMatch(message);
  });

  test('refuses options for one scheduler in two places, and takes a repetition without any', async () => {
    const twice = [SchedModule.forRoot({ timezone: 'UTC' }), SchedModule.forRoot({ timezone: 'Asia/Tokyo' })];
    expect((await refusal({ imports: twice, options: null })).message).toMatch(
      /^name: expected one that is not taken: scheduler 'default' has options already/,
    );
  });

  test('says so if decorators have no scheduler', async () => {
    class Tasks {
      @Interval(1000)
      run() {}
    }
    const error = await refusal({
      imports: [SchedModule.forRoot({ name: 'other' })],
      providers: [Tasks],
      options: null,
    });
    expect(error.message).toMatch(/^Tasks\.run: @Interval: scheduler: expected the name of a scheduler .*\(other\)/);
  });

  test.each([
    ['none', {}],
    ['two', { useFactory: () => ({}), useClass: class {} as never }],
  ])('refuses %s of the ways to make options', (_, options) => {
    expect(() => SchedModule.forRootAsync(options)).toThrow(/one of useFactory, useClass and useExisting/);
  });
});
