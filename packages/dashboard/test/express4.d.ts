// Express 4, which this package serves as well, under the types of Express 5: the tests use nothing in which they differ.
declare module 'express4' {
  export { default } from 'express';
}
