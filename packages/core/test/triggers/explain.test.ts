// Triggers in words: every kind, every dialect, and nothing said that is not so.
import { describe, expect, it } from 'vitest';
import { CalendarIntervalTrigger } from '../../src/triggers/calendar-interval.ts';
import { AndTrigger, ExceptTrigger, OrTrigger } from '../../src/triggers/combine.ts';
import { CronTrigger, type FromCrontabOptions } from '../../src/triggers/cron/cron.ts';
import { DateTrigger } from '../../src/triggers/date.ts';
import { explain } from '../../src/triggers/explain.ts';
import { IntervalTrigger } from '../../src/triggers/interval.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';

const crontab = (text: string, options: FromCrontabOptions = {}) => explain(CronTrigger.fromCrontab(text, options));

describe('cron', () => {
  it.each([
    ['* * * * * *', 'every second'],
    ['*/10 * * * * *', 'every 10 seconds'],
    ['15 * * * * *', 'at second 15 of every minute'],
    ['0,15 30 * * * *', 'at seconds 0 and 15 of minute 30 of every hour'],
    ['* 30 * * * *', 'every second of minute 30 of every hour'],
    ['* * 9 * * *', 'every second of hour 9'],
    ['15 * 9 * * *', 'at second 15 of every minute of hour 9'],
    ['*/7 * * * * *', 'at seconds 0 to 56 in steps of 7 of every minute'],
    ['30 0 9 * * *', 'at 09:00:30 every day'],
    ['* * * * *', 'every minute'],
    ['*/5 * * * *', 'every 5 minutes'],
    ['0,30 * * * *', 'every 30 minutes'],
    ['*/5 8-18 * * 1-5', 'every 5 minutes of hours 8 to 18 on Monday to Friday'],
    ['7/5 * * * *', 'at minutes 7 to 57 in steps of 5 of every hour'],
    ['15,45 8-18 * * 1-5', 'at minutes 15 and 45 of hours 8 to 18 on Monday to Friday'],
    ['0 * * * *', 'every hour'],
    ['30 * * * *', 'at minute 30 of every hour'],
    ['0 */2 * * *', 'every 2 hours from 00:00 to 22:00'],
    ['30 9-17 * * *', 'every hour from 09:30 to 17:30'],
    ['5 1,2,4,9,11 * * *', 'at minute 5 of hours 1, 2, 4, 9 and 11'],
    ['0 9 * * *', 'at 09:00 every day'],
    ['0 9,17 * * 6,7', 'at 09:00 and 17:00 on Saturday and Sunday'],
    ['0 9 * may-aug *', 'at 09:00 every day in May to August'],
    ['0 0 1 1 *', 'at 00:00 on day 1 of the month in January'],
    ['0 0 1,15,L * *', 'at 00:00 on days 1 and 15 of the month and the last day of the month'],
    [
      '0 0 L-1,L-3 * *',
      'at 00:00 on the day before the last day of the month and the 3rd day before the last day of the month',
    ],
    [
      '0 0 15W,LW * *',
      'at 00:00 on the working day nearest to day 15 of the month and the last working day of the month',
    ],
    ['0 0 * * fri#3', 'at 00:00 on the 3rd Friday of the month'],
    ['0 0 * * 5L', 'at 00:00 on the last Friday of the month'],
    ['0 0 13 * 5', 'at 00:00 on day 13 of the month or on Friday'],
    ['0 0 13 * +5', 'at 00:00 on day 13 of the month if it is Friday'],
    ['0 0 */10 * 6,7', 'at 00:00 on days 1 to 31 in steps of 10 of the month if it is Saturday or Sunday'],
    ['0 0 0 1 1 * 2027-2029', 'at 00:00 on day 1 of the month in January in 2027 to 2029'],
    ['@weekly', 'at 00:00 on Sunday'],
  ])('%s: %s', (text, expected) => {
    expect(crontab(text)).toBe(expected);
  });

  it('words what the dialect means', () => {
    expect(crontab('0 0 12 ? * 2-6', { dialect: 'quartz' })).toBe('at 12:00 on Monday to Friday');
    expect(crontab('0 0 12 13 * 6', { dialect: 'quartz' })).toBe('at 12:00 on day 13 of the month if it is Friday');
    expect(crontab('0 12 * * 0', { dialect: 'apscheduler' })).toBe('at 12:00 on Monday');
    expect(crontab('H(5-5) 3 * * *', { hashSeed: 'job' })).toBe('at 03:05 every day');
  });

  it('names zone and bounds, and reads fields as well', () => {
    expect(crontab('TZ=Asia/Tokyo 0 9 * * *')).toBe('at 09:00 every day, Asia/Tokyo');
    expect(
      explain(
        new CronTrigger({
          ...{ day: '3rd fri', hour: '0-3', week: '10-20', timezone: 'Europe/Berlin' },
          ...{ startDate: '2026-03-01 08:00', endDate: '2026-12-31 23:59:59' },
        }),
      ),
    ).toBe(
      'at 00:00, 01:00, 02:00 and 03:00 on the 3rd Friday of the month in ISO weeks 10 to 20, from 1 March 2026 at 08:00, until 31 December 2026 at 23:59:59, Europe/Berlin',
    );
  });
});

describe('the other kinds', () => {
  const nine = CronTrigger.fromCrontab('0 9 * * *');

  it.each<[Trigger, string]>([
    [new DateTrigger(), 'once, when the job is added'],
    [
      new DateTrigger({ runDate: '2026-11-06 16:30:05', timezone: 'Europe/Paris' }),
      'once, on 6 November 2026 at 16:30:05, Europe/Paris',
    ],
    [
      new DateTrigger({ runDate: ['2026-12-25', '2026-12-26'] }),
      'on 25 December 2026 at 00:00 and 26 December 2026 at 00:00',
    ],
    [
      new DateTrigger({ runDate: ['2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01', '2026-05-01'] }),
      'on 1 January 2026 at 00:00, 1 February 2026 at 00:00, 1 March 2026 at 00:00 and 2 more times',
    ],
    [new IntervalTrigger({ seconds: 1 }), 'every second'],
    [new IntervalTrigger({ days: 1 }), 'every 24 hours'],
    [new IntervalTrigger({ minutes: 90 }), 'every 1 hour and 30 minutes'],
    [new IntervalTrigger({ weeks: 1, milliseconds: 5 }), 'every 7 days and 5 milliseconds'],
    [
      new IntervalTrigger({ hours: 2, startDate: '2026-01-01T00:00Z' }),
      'every 2 hours, counted from 1 January 2026 at 00:00',
    ],
    [CronTrigger.fromCrontab('@every 90s'), 'every 1 minute and 30 seconds'],
    [new CalendarIntervalTrigger({ days: 1, hour: 9 }), 'every day at 09:00'],
    [
      new CalendarIntervalTrigger({
        months: 2,
        days: 3,
        startDate: '2026-01-31',
        endDate: '2027-01-31',
        timezone: 'UTC',
      }),
      'every 2 months and 3 days at 00:00, counted from 31 January 2026, until 31 January 2027, UTC',
    ],
    [new OrTrigger([nine, new IntervalTrigger({ hours: 5 })]), 'at 09:00 every day; or every 5 hours'],
    [
      new AndTrigger([nine, new OrTrigger([nine, CronTrigger.fromCrontab('@monthly')])]),
      'whenever all of these fire at once: at 09:00 every day; (at 09:00 every day; or at 00:00 on day 1 of the month)',
    ],
    [
      new ExceptTrigger({
        trigger: nine,
        except: new DateTrigger({ runDate: '2026-12-25' }),
        by: 'day',
        timezone: 'Europe/Rome',
      }),
      'at 09:00 every day; except on the days of: once, on 25 December 2026 at 00:00, Europe/Rome',
    ],
    [
      new ExceptTrigger({ trigger: nine, except: nine }),
      'at 09:00 every day; except when this fires: at 09:00 every day',
    ],
  ])('%s', (trigger, expected) => {
    expect(explain(trigger)).toBe(expected);
  });

  it('lets a kind of your own speak for itself', () => {
    const tides: Trigger = {
      ...{ kind: 'tides', next: () => null, previous: () => null, count: () => 0, resolve: () => tides },
      ...{ toJSON: () => ({ kind: 'tides', options: {} }), toString: () => 'at high tide' },
    };
    expect(explain(tides)).toBe('at high tide');
  });
});

describe('other languages', () => {
  const berlin = { timezone: 'Europe/Berlin' };
  const nine = CronTrigger.fromCrontab('0 9 * * *');
  const bounded = new CronTrigger({
    ...{ day: 13, dayOfWeek: 'fri', month: '3-5,8', hour: 9, week: '10-20', year: 2027, ...berlin },
    ...{ startDate: '2026-03-01 08:00', endDate: '2027-12-31 23:59:59.250' },
  });
  const dates = new DateTrigger({ runDate: ['2026-01-02', '2026-02-02', '2026-03-02', '2026-04-02', '2026-05-02'] });

  it.each<[string, Trigger, string]>([
    ['de', CronTrigger.fromCrontab('*/5 8-18 * * 1-5'), 'alle 5 Minuten der Stunden 8 bis 18 von Montag bis Freitag'],
    [
      'de',
      CronTrigger.fromCrontab('0 0 1,15,L * 6,0'),
      'um 00:00 Uhr an den Tagen 1 und 15 des Monats und am letzten Tag des Monats oder am Samstag und am Sonntag',
    ],
    ['de', CronTrigger.fromCrontab('15 * 9 * * *'), 'zur Sekunde 15 jeder Minute der Stunde 9'],
    ['de', CronTrigger.fromCrontab('0 9-17 * * fri#3'), 'stündlich von 09:00 bis 17:00 Uhr am 3. Freitag des Monats'],
    [
      'de-AT',
      bounded,
      'um 09:00 Uhr am Tag 13 des Monats, falls es Freitag ist in den ISO-Wochen 10 bis 20 von März bis Mai und im August im Jahr 2027, ab 1. März 2026 um 08:00 Uhr, bis 31. Dezember 2027 um 23:59:59,250 Uhr, Europe/Berlin',
    ],
    [
      'de',
      dates,
      'am 2. Januar 2026 um 00:00 Uhr, am 2. Februar 2026 um 00:00 Uhr, am 2. März 2026 um 00:00 Uhr und 2 weitere Male',
    ],
    ['de', new IntervalTrigger({ days: 1, minutes: 90 }), 'alle 1 Tag, 1 Stunde und 30 Minuten'],
    [
      'de',
      new ExceptTrigger({ trigger: nine, except: new DateTrigger({ runDate: '2026-12-25' }), by: 'day' }),
      'täglich um 09:00 Uhr; außer an den Tagen von: einmal, am 25. Dezember 2026 um 00:00 Uhr',
    ],
    ['es', CronTrigger.fromCrontab('0,15 30 * * * *'), 'en los segundos 0 y 15 del minuto 30 de cada hora'],
    ['es', CronTrigger.fromCrontab('0 1 * * sat,sun'), 'a la 01:00 los sábados y los domingos'],
    ['es', CronTrigger.fromCrontab('0 0 13 * +5'), 'a las 00:00 el día 13 del mes si es viernes'],
    [
      'es',
      CronTrigger.fromCrontab('0 0 15W,LW 1 *'),
      'a las 00:00 el día laborable más cercano al día 15 del mes y el último día laborable del mes en enero',
    ],
    [
      'es',
      new CalendarIntervalTrigger({ months: 2, startDate: '2026-01-31' }),
      'cada 2 meses a las 00:00, contando desde el 31 de enero de 2026',
    ],
    ['es', new OrTrigger([nine, new IntervalTrigger({ hours: 1 })]), 'a las 09:00 todos los días; o cada hora'],
    ['fr', CronTrigger.fromCrontab('*/7 * 9 * * *'), 'aux secondes 0 à 56 par pas de 7 de chaque minute de l’heure 9'],
    ['fr', CronTrigger.fromCrontab('0 9 * aug-oct *'), 'à 09:00 tous les jours d’août à octobre'],
    [
      'fr',
      CronTrigger.fromCrontab('0 0 L-1 * +1-3'),
      'à 00:00 l’avant-dernier jour du mois si c’est un jour du lundi au mercredi',
    ],
    ['fr-CA', CronTrigger.fromCrontab('0 0 * * 5L'), 'à 00 h 00 le dernier vendredi du mois'],
    ['fr', new CalendarIntervalTrigger({ days: 3, hour: 9 }), 'tous les 3 jours à 09:00'],
    ['fr', new DateTrigger(), 'une fois, quand le job est ajouté'],
    [
      'fr',
      new AndTrigger([nine, nine]),
      'chaque fois que tous ceux-ci se déclenchent ensemble : à 09:00 tous les jours ; à 09:00 tous les jours',
    ],
    ['en-US', new DateTrigger({ runDate: '2026-11-06 16:30' }), 'once, on November 6, 2026 at 16:30'],
    ['en-US', CronTrigger.fromCrontab('0 0 1,3,7 * *'), 'at 00:00 on days 1, 3, and 7 of the month'],
  ])('%s: %s', (locale, trigger, expected) => {
    expect(explain(trigger, locale)).toBe(expected);
  });

  it('says nothing twice, leaves nothing out, and mixes no languages', () => {
    const texts = [
      '*/5 * * * *',
      '0 0 13 * 5',
      '0 0 L * *',
      '0 9 * may-aug fri#3',
      '30 9-17 * * *',
      '5 4 3 2 *',
      '* * 5 * * *',
    ];
    for (const locale of ['de', 'es', 'fr']) {
      for (const text of texts) {
        const words = explain(CronTrigger.fromCrontab(text), locale);
        expect(words).not.toMatch(/undefined|NaN|null| {2}| ,|^ | $/);
        expect(words).not.toMatch(/\b(at|on|of|every|day|month|to)\b/);
      }
    }
  });

  it('takes the first locale of several whose language there is', () => {
    expect(explain(nine, ['fi', 'de-AT', 'en'])).toBe('täglich um 09:00 Uhr');
    expect(explain(nine, 'EN-us')).toBe('at 09:00 every day');
    expect(explain(nine, undefined)).toBe(explain(nine, 'en-GB'));
  });

  it.each([['xx'], ['fi'], [['fi', 'ja']], [[]], [''], ['not a tag'], [5], [null]])(
    'refuses %j, and names what there is',
    (locale) => {
      expect(() => explain(nine, locale as never)).toThrow(
        expect.objectContaining({
          code: 'invalid-option',
          field: 'locale',
          expected: expect.stringContaining('de, en, es, fr'),
        }),
      );
    },
  );
});
