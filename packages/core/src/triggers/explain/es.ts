// Triggers in Spanish.
import type { DayPhrases, Phrases, Unit } from './phrases.ts';

const ORDINALS = ['primer', 'segundo', 'tercer', 'cuarto', 'quinto'];

const ONE: Readonly<Record<Unit, string>> = {
  millisecond: 'milisegundo',
  second: 'segundo',
  minute: 'minuto',
  hour: 'hora',
  day: 'día',
  week: 'semana',
  month: 'mes',
  year: 'año',
};

const on: DayPhrases = {
  monthDays: (numbers, isOne) => `${isOne ? 'el día' : 'los días'} ${numbers} del mes`,
  nearest: (day) => `el día laborable más cercano al día ${day} del mes`,
  fromLast: (count) => {
    if (count === 0) return 'el último día del mes';
    return count === 1 ? 'el penúltimo día del mes' : `${count} días antes del último día del mes`;
  },
  lastWorkday: 'el último día laborable del mes',
  weekday: (name) => `los ${name.endsWith('s') ? name : `${name}s`}`,
  weekdays: (first, last) => `de ${first} a ${last}`,
  nth: (n, name) => `el ${ORDINALS[n - 1]} ${name} del mes`,
  last: (name) => `el último ${name} del mes`,
};

const is: DayPhrases = {
  ...on,
  monthDays: (numbers, isOne) => `${isOne ? 'el día' : 'uno de los días'} ${numbers} del mes`,
  weekday: (name) => name,
  weekdays: (first, last) => `un día de ${first} a ${last}`,
};

/** One o'clock is singular. */
function atThe(times: string): string {
  return `a ${times.startsWith('01:') ? 'la' : 'las'} ${times}`;
}

export const es: Phrases = {
  at: atThe,
  daily: (clock) => `${clock} todos los días`,
  hourly: (step, first, last) => `cada ${step === 1 ? 'hora' : `${step} horas`} de ${first} a ${last}`,
  everyOne: (unit) => `cada ${ONE[unit]}`,
  every: (amount) => `cada ${amount}`,
  atUnit: (unit, numbers, isOne) => `en ${isOne ? `el ${ONE[unit]}` : `los ${ONE[unit]}s`} ${numbers}`,
  ofUnit: (unit, numbers, isOne) => {
    if (unit === 'hour') return `${isOne ? 'de la hora' : 'de las horas'} ${numbers}`;
    return `${isOne ? `del ${ONE[unit]}` : `de los ${ONE[unit]}s`} ${numbers}`;
  },
  ofEvery: (unit) => `de cada ${ONE[unit]}`,
  range: (first, last) => `${first} a ${last}`,
  steps: (first, last, step) => `${first} a ${last} de ${step} en ${step}`,
  on,
  is,
  onDays: (list) => list,
  either: (monthDays, weekDays) => `${monthDays} o ${weekDays}`,
  both: (monthDays, weekDays) => `${monthDays} si es ${weekDays}`,
  weeks: (numbers, isOne) => `en ${isOne ? 'la semana' : 'las semanas'} ISO ${numbers}`,
  month: (name) => `en ${name}`,
  monthRange: (first, last) => `de ${first} a ${last}`,
  inMonths: (months) => months,
  years: (numbers, isOne) => `en ${isOne ? '' : 'los años '}${numbers}`,
  dateTime: (date, time) => `${date} ${atThe(time)}`,
  onDate: (dateTime) => `el ${dateTime}`,
  once: (date) => `una vez, ${date}`,
  dates: (dates) => dates,
  moreTimes: (count) => `${count} veces más`,
  whenAdded: 'una vez, cuando se añade el trabajo',
  countedFrom: (date) => `contando desde el ${date}`,
  from: (date) => `desde el ${date}`,
  until: (date) => `hasta el ${date}`,
  all: (parts) => `siempre que todos estos se disparen a la vez: ${parts}`,
  separator: '; ',
  or: '; o ',
  exceptWhen: (trigger) => `excepto cuando se dispara este: ${trigger}`,
  exceptOnDaysOf: (trigger) => `excepto los días de: ${trigger}`,
};
