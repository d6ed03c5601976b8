import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ArchiveNames } from './archive-names.ts'

const namesOf = (keys: readonly string[], root = ''): readonly string[] => {
  const names = new ArchiveNames(root)
  return keys.map((key) => names.nameOf(key, 'file'))
}

const digest = '~[0-9a-f]{16}'

test('names are the keys, from the root on, where nothing speaks against it', () => {
  assert.deepEqual(namesOf(['r/a', 'r/b c/ö.txt', 'r/x..y', 'r/~a'], 'r/'), ['a', 'b c/ö.txt', 'x..y', '~a'])
})

for (const [key, name] of [
  ['../../etc/passwd', `__${digest}/__${digest}/etc/passwd`],
  ['/etc/passwd', `${digest}/etc/passwd`],
  ['a//b', `a/${digest}/b`],
  ['a/./b', `a/_${digest}/b`],
  ['..\\..\\x', `.._.._x${digest}`],
  ['C:\\x.exe', `C__x${digest}\\.exe`],
  ['a. . /b', `a____${digest}/b`],
  ['.. /b', `___${digest}/b`],
  ['con', `_con${digest}`],
  ['a/NUL.txt', `a/_NUL${digest}\\.txt`],
  ['a\u0000\u001b[2J', `a__\\[2J${digest}`],
  ['x\u202egpj.exe', `x_gpj${digest}\\.exe`],
  ['é'.repeat(400), `é{90}${digest}`],
  ['file~0123456789abcdef', `file~0123456789abcdef${digest}`],
] as const) {
  test(`${JSON.stringify(key.slice(0, 40))} leads nowhere else`, () => {
    const [found = ''] = namesOf([key])
    assert.match(found, new RegExp(`^${name}$`, 'u'))
  })
}

test('two that would fall together are told apart', () => {
  const keys = ['a:b', 'a?b', 'a_b', 'x', 'x/y', 'x/y/z'].toSorted((a, b) => (a < b ? -1 : 1))
  const names = namesOf(keys)
  assert.equal(new Set(names).size, keys.length)
  // What is a file already is no folder.
  assert.equal(names[3], 'x')
  assert.match(names[4]!, new RegExp(`^x${digest}/y$`))
  assert.match(names[5]!, new RegExp(`^x${digest}/y${digest}/z$`))
})

test('whoever knows the digest of another’s key gets no name of it', () => {
  const [changed = ''] = namesOf(['a:b'])
  const [imitated = ''] = namesOf([changed])
  assert.notEqual(imitated, changed)
})

test('a key that ends with a slash and has content is a file beside its folder', () => {
  const names = new ArchiveNames('')
  const [own, below] = [names.nameOf('d/', 'file'), names.nameOf('d/x', 'file')]
  assert.match(own, new RegExp(`^d${digest}$`))
  assert.equal(below, 'd/x')
  assert.equal(new ArchiveNames('').nameOf('d/', 'folder'), 'd/')
})

test('any keys have names of their own, which lead nowhere', () => {
  const pieces = ['a', '..', '.', '', ' ', 'b:', 'b_', 'A', '~', '\\', 'con', 'a.']
  const keys = new Set<string>()
  for (const one of pieces) for (const two of pieces) for (const three of pieces) keys.add([one, two, three].join('/'))
  for (const one of pieces) for (const two of pieces) keys.add([one, two].join('/'))
  keys.delete('')
  const sorted = [...keys]
    .map((key) => Buffer.from(key))
    .toSorted((a, b) => Buffer.compare(a, b))
    .map(String)
  const names = namesOf(sorted)
  assert.equal(new Set(names).size, sorted.length)
  const files = new Set(names)
  for (const name of names) {
    const segments = name.split('/')
    assert(
      segments.every(
        (segment) => segment !== '' && segment !== '.' && segment !== '..' && !/[\\:]|[. ]$/.test(segment),
      ),
      name,
    )
    for (let at = 1; at < segments.length; at++)
      assert(!files.has(segments.slice(0, at).join('/')), `${name} is below a file`)
  }
})
