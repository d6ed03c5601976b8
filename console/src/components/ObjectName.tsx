/**
 * A name that somebody else chose: a key, a value of metadata. It is text and nothing else, it cannot turn around what stands beside it, and what
 * cannot be seen in it is shown by its number.
 */
import { common } from '../strings/common.ts'

/** Control and format characters, among them those that change the direction of text, and lone surrogates. */
const unseen = /([\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]|^\s|\s$)/u

export function ObjectName({ name }: { readonly name: string }) {
  if (name === '') return <span className="soft">{common.emptyName}</span>
  const pieces = name.split(new RegExp(unseen, 'gu'))
  return (
    <bdi className="object-name">
      {pieces.map((piece, index) =>
        index % 2 === 0 ? (
          piece
        ) : (
          // The place of a piece in a name is all that tells it from the others.
          <span className="name-mark" key={index}>
            {codePoint(piece)}
          </span>
        ),
      )}
    </bdi>
  )
}

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** The longest name that is told whole in a sentence. */
const toldMax = 96

/** The same in a sentence that is text alone: a title, a label, a remark. What is longer than a line is shortened in its middle. */
export function nameInText(name: string): string {
  if (name === '') return common.emptyName
  const pieces = name.split(new RegExp(unseen, 'gu'))
  const whole = pieces.map((piece, index) => (index % 2 === 0 ? piece : `[${codePoint(piece)}]`)).join('')
  const characters = Array.from(whole)
  const told =
    characters.length <= toldMax
      ? characters
      : [...characters.slice(0, toldMax - 32), '…', ...characters.slice(characters.length - 31)]
  // Whatever direction its letters have, it stays at its place.
  return `\u2068${told.join('')}\u2069`
}
