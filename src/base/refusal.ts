/** Why something cannot be done, in sentences for the operator who asked: what is wrong, and what to do. Not a bug: printed without a stack. */

export class Refusal extends Error {
  override readonly name = 'Refusal'
}
