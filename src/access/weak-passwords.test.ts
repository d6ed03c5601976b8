import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalisePassword, passwordFault } from './weak-passwords.ts'

const refused: [password: string, reason: RegExp][] = [
  ['short', /at least 8/],
  ['', /at least 8/],
  ['äöüßäö', /at least 8/],
  ['🐎🐎🐎🐎🐎🐎🐎', /at least 8/],
  ['aaaaaaaaaaaa', /too few different/],
  ['abababababab', /too few different/],
  ['12341234123412341234', /too few different/],
  ['12345678', /neighbouring/],
  ['9876543210', /neighbouring/],
  ['qwertyuiop', /neighbouring/],
  ['QWERTYUIOP', /neighbouring/],
  ['poiuytrewq', /neighbouring/],
  ['1q2w3e4r5t', /neighbouring/],
  ['1qaz2wsx3edc', /neighbouring/],
  ['abcdefgh', /neighbouring/],
  ['password', /everybody/],
  ['Password', /everybody/],
  ['Password123', /everybody/],
  ['Password123!', /everybody/],
  ['!!password!!', /everybody/],
  ['p4$$w0rd', /everybody/],
  ['P@ssw0rd', /everybody/],
  ['passwordpassword', /everybody/],
  ['admin123', /everybody/],
  ['adminadmin', /everybody/],
  ['admin123admin123', /everybody/],
  ['changeme1', /everybody/],
  ['minioadmin', /everybody/],
  ['Summer2024', /everybody/],
  ['iloveyou2', /everybody/],
  ['letmein!', /everybody/],
  ['trustno1', /everybody/],
  ['annabelle.miller', /user's name/],
  ['Annabelle.Miller', /user's name/],
  ['annabelle.miller1', /user's name/],
  ['2024annabelle.miller!', /user's name/],
  ['annabelle.millerannabelle.miller', /user's name/],
]
for (const [password, reason] of refused) {
  test(`the password ${JSON.stringify(password)} is refused`, () => {
    assert.match(passwordFault(password, 'annabelle.miller') ?? '', reason)
  })
}

const taken = [
  'correct horse',
  'correct horse battery staple',
  'Xk7$w2pQ',
  'ein schöner Tag',
  '🐎🔋📎🌲🚀🎲🎹🧭',
  'annabelle.miller likes tea',
  'password manager',
  '3141592653',
  '--------==++//!?',
]
for (const password of taken) {
  test(`the password ${JSON.stringify(password)} is taken`, () => {
    assert.equal(passwordFault(password, 'annabelle.miller'), undefined)
  })
}

test('a name of digits alone, or of one letter, is no reason to refuse other passwords', () => {
  for (const name of ['1', 'a', '12345']) assert.equal(passwordFault('correct horse', name), undefined)
})

test('what looks the same is the same, and what cannot be typed is no password', () => {
  assert.equal(normalisePassword('A\u030angstro\u0308m'), normalisePassword('Ångström'))
  assert.equal(normalisePassword('a\u00a0b\u3000c'), 'a b c')
  assert.notEqual(normalisePassword('ﬁsh'), normalisePassword('fish'))
  for (const password of [
    'a\nb',
    'a\u0000b',
    '\u007f',
    '\ud800abc',
    'a'.repeat(257),
    '🐎'.repeat(257),
    'a'.repeat(1e6),
  ]) {
    assert.equal(normalisePassword(password), undefined)
  }
  for (const password of ['a'.repeat(256), '🐎'.repeat(256), '']) assert.equal(normalisePassword(password), password)
})
