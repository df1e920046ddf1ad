// Triggers in French.
import type { DayPhrases, Phrases, Unit } from './phrases.ts';

const ORDINALS = ['1er', '2e', '3e', '4e', '5e'];

const ONE: Readonly<Record<Unit, string>> = {
  millisecond: 'milliseconde',
  second: 'seconde',
  minute: 'minute',
  hour: 'heure',
  day: 'jour',
  week: 'semaine',
  month: 'mois',
  year: 'année',
};

const MASCULINE: readonly Unit[] = ['day', 'month', 'year'];

const on: DayPhrases = {
  monthDays: (numbers, isOne) => `${isOne ? 'le jour' : 'les jours'} ${numbers} du mois`,
  nearest: (day) => `le jour ouvré le plus proche du jour ${day} du mois`,
  fromLast: (count) => {
    if (count === 0) return 'le dernier jour du mois';
    return count === 1 ? 'l’avant-dernier jour du mois' : `${count} jours avant le dernier jour du mois`;
  },
  lastWorkday: 'le dernier jour ouvré du mois',
  weekday: (name) => `le ${name}`,
  weekdays: (first, last) => `du ${first} au ${last}`,
  nth: (n, name) => `le ${ORDINALS[n - 1]} ${name} du mois`,
  last: (name) => `le dernier ${name} du mois`,
};

const is: DayPhrases = {
  ...on,
  monthDays: (numbers, isOne) => `${isOne ? 'le jour' : 'un des jours'} ${numbers} du mois`,
  weekday: (name) => `un ${name}`,
  weekdays: (first, last) => `un jour du ${first} au ${last}`,
};

/** `de mai`, `d’août`. */
function of(name: string): string {
  return /^[aeiouéo]/i.test(name) ? `d’${name}` : `de ${name}`;
}

function ofThe(unit: Unit): string {
  return unit === 'hour' ? 'de l’heure' : `de la ${ONE[unit]}`;
}

export const fr: Phrases = {
  at: (times) => `à ${times}`,
  daily: (clock) => `${clock} tous les jours`,
  hourly: (step, first, last) => `toutes les ${step === 1 ? '' : `${step} `}heures de ${first} à ${last}`,
  everyOne: (unit) => `chaque ${ONE[unit]}`,
  every: (amount, unit) => `${MASCULINE.includes(unit) ? 'tous' : 'toutes'} les ${amount}`,
  atUnit: (unit, numbers, isOne) => `${isOne ? `à la ${ONE[unit]}` : `aux ${ONE[unit]}s`} ${numbers}`,
  ofUnit: (unit, numbers, isOne) => `${isOne ? ofThe(unit) : `des ${ONE[unit]}s`} ${numbers}`,
  ofEvery: (unit) => `de chaque ${ONE[unit]}`,
  range: (first, last) => `${first} à ${last}`,
  steps: (first, last, step) => `${first} à ${last} par pas de ${step}`,
  on,
  is,
  onDays: (list) => list,
  either: (monthDays, weekDays) => `${monthDays} ou ${weekDays}`,
  both: (monthDays, weekDays) => `${monthDays} si c’est ${weekDays}`,
  weeks: (numbers, isOne) => `pendant ${isOne ? 'la semaine' : 'les semaines'} ISO ${numbers}`,
  month: (name) => `en ${name}`,
  monthRange: (first, last) => `${of(first)} à ${last}`,
  inMonths: (months) => months,
  years: (numbers, isOne) => `${isOne ? 'en' : 'pendant les années'} ${numbers}`,
  dateTime: (date, time) => `${date} à ${time}`,
  onDate: (dateTime) => `le ${dateTime}`,
  once: (date) => `une fois, ${date}`,
  dates: (dates) => dates,
  moreTimes: (count) => `${count} autres fois`,
  whenAdded: 'une fois, quand le job est ajouté',
  countedFrom: (date) => `à compter du ${date}`,
  from: (date) => `à partir du ${date}`,
  until: (date) => `jusqu’au ${date}`,
  all: (parts) => `chaque fois que tous ceux-ci se déclenchent ensemble : ${parts}`,
  separator: ' ; ',
  or: ' ; ou ',
  exceptWhen: (trigger) => `sauf quand celui-ci se déclenche : ${trigger}`,
  exceptOnDaysOf: (trigger) => `sauf les jours de : ${trigger}`,
};
