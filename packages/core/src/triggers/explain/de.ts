// Triggers in German.
import type { DayPhrases, Phrases, Unit } from './phrases.ts';

const ONE: Readonly<Record<Unit, string>> = {
  millisecond: 'jede Millisekunde',
  second: 'jede Sekunde',
  minute: 'jede Minute',
  hour: 'jede Stunde',
  day: 'jeden Tag',
  week: 'jede Woche',
  month: 'jeden Monat',
  year: 'jedes Jahr',
};

const NOUNS: Partial<Record<Unit, string>> = { second: 'Sekunde', minute: 'Minute', hour: 'Stunde' };

const on: DayPhrases = {
  monthDays: (numbers, isOne) => `${isOne ? 'am Tag' : 'an den Tagen'} ${numbers} des Monats`,
  nearest: (day) => `am nächstgelegenen Arbeitstag zu Tag ${day} des Monats`,
  fromLast: (count) => {
    if (count === 0) return 'am letzten Tag des Monats';
    return count === 1 ? 'am vorletzten Tag des Monats' : `${count} Tage vor dem letzten Tag des Monats`;
  },
  lastWorkday: 'am letzten Arbeitstag des Monats',
  weekday: (name) => `am ${name}`,
  weekdays: (first, last) => `von ${first} bis ${last}`,
  nth: (n, name) => `am ${n}. ${name} des Monats`,
  last: (name) => `am letzten ${name} des Monats`,
};

const is: DayPhrases = {
  monthDays: (numbers, isOne) => `${isOne ? 'Tag' : 'einer der Tage'} ${numbers} des Monats`,
  nearest: (day) => `der nächstgelegene Arbeitstag zu Tag ${day} des Monats`,
  fromLast: (count) => {
    if (count === 0) return 'der letzte Tag des Monats';
    return count === 1 ? 'der vorletzte Tag des Monats' : `der Tag ${count} Tage vor dem letzten des Monats`;
  },
  lastWorkday: 'der letzte Arbeitstag des Monats',
  weekday: (name) => name,
  weekdays: (first, last) => `${first} bis ${last}`,
  nth: (n, name) => `der ${n}. ${name} des Monats`,
  last: (name) => `der letzte ${name} des Monats`,
};

export const de: Phrases = {
  at: (times) => `um ${times} Uhr`,
  daily: (clock) => `täglich ${clock}`,
  hourly: (step, first, last) => `${step === 1 ? 'stündlich' : `alle ${step} Stunden`} von ${first} bis ${last} Uhr`,
  everyOne: (unit) => ONE[unit],
  every: (amount) => `alle ${amount}`,
  atUnit: (unit, numbers, isOne) => `${isOne ? `zur ${NOUNS[unit]}` : `zu den ${NOUNS[unit]}n`} ${numbers}`,
  ofUnit: (unit, numbers, isOne) => `der ${NOUNS[unit]}${isOne ? '' : 'n'} ${numbers}`,
  ofEvery: (unit) => `jeder ${NOUNS[unit]}`,
  range: (first, last) => `${first} bis ${last}`,
  steps: (first, last, step) => `${first} bis ${last} in Schritten von ${step}`,
  on,
  is,
  onDays: (list) => list,
  either: (monthDays, weekDays) => `${monthDays} oder ${weekDays}`,
  both: (monthDays, weekDays) => `${monthDays}, falls es ${weekDays} ist`,
  weeks: (numbers, isOne) => `in ${isOne ? 'ISO-Woche' : 'den ISO-Wochen'} ${numbers}`,
  month: (name) => `im ${name}`,
  monthRange: (first, last) => `von ${first} bis ${last}`,
  inMonths: (months) => months,
  years: (numbers, isOne) => `${isOne ? 'im Jahr' : 'in den Jahren'} ${numbers}`,
  dateTime: (date, time) => `${date} um ${time} Uhr`,
  onDate: (dateTime) => `am ${dateTime}`,
  once: (date) => `einmal, ${date}`,
  dates: (dates) => dates,
  moreTimes: (count) => `${count} weitere Male`,
  whenAdded: 'einmal, wenn der Job hinzugefügt wird',
  countedFrom: (date) => `gezählt ab ${date}`,
  from: (date) => `ab ${date}`,
  until: (date) => `bis ${date}`,
  all: (parts) => `immer wenn alle diese zugleich auslösen: ${parts}`,
  separator: '; ',
  or: '; oder ',
  exceptWhen: (trigger) => `außer wenn dies auslöst: ${trigger}`,
  exceptOnDaysOf: (trigger) => `außer an den Tagen von: ${trigger}`,
};
