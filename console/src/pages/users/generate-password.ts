/** A password that nobody guesses and that can be read out: 100 bits, in four groups, without characters that look alike. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz'
const groups = 4
const groupLength = 5

export function generatePassword(): string {
  const characters: string[] = []
  while (characters.length < groups * groupLength) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      // What is beyond the alphabet is thrown away, so that all are equally likely.
      const character = alphabet[byte & 31]
      if (character !== undefined && characters.length < groups * groupLength) characters.push(character)
    }
  }
  return Array.from({ length: groups }, (_, group) =>
    characters.slice(group * groupLength, (group + 1) * groupLength).join(''),
  ).join('-')
}
