import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headersOf } from './headers.ts'

const fields = (sent: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(sent))

test('tags, a document in a form, are what the header has', () => {
  const tag = (key: string, value: string): string => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`
  const tagging = `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n<TagSet>${tag('a', '1')}${tag('b &amp; ä', 'c=d+e')}</TagSet></Tagging>`
  assert.equal(headersOf(fields({ tagging }), {})['x-amz-tagging'], 'a=1&b%20%26%20%C3%A4=c%3Dd%2Be')
  assert.equal(headersOf(fields({ tagging: '<Tagging><TagSet/></Tagging>' }), {})['x-amz-tagging'], '')
})

for (const tagging of [
  '',
  'a=1',
  '<Tagging/>',
  '<TagSet/>',
  '<Tagging><TagSet/><TagSet/></Tagging>',
  '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>',
  '<Tagging><TagSet><Tag><Key>a</Key><Key>b</Key><Value>1</Value></Tag></TagSet></Tagging>',
  '<Tagging><TagSet><Other><Key>a</Key><Value>1</Value></Other></TagSet></Tagging>',
  '<!DOCTYPE a [<!ENTITY b "c">]><Tagging><TagSet/></Tagging>',
]) {
  test(`tags written as ${tagging || 'nothing'} are MalformedXML`, () => {
    assert.throws(() => headersOf(fields({ tagging }), {}), { code: 'MalformedXML' })
  })
}

test('an access control list, locks and encryption are asked for by the fields that are called as headers', () => {
  const sent = {
    acl: 'public-read',
    'x-amz-server-side-encryption': 'AES256',
    'x-amz-object-lock-mode': 'GOVERNANCE',
    'x-amz-grant-read': 'id=1',
    key: 'k',
    file: 'f',
  }
  assert.deepEqual(headersOf(fields(sent), {}), {
    'x-amz-acl': 'public-read',
    'x-amz-server-side-encryption': 'AES256',
    'x-amz-object-lock-mode': 'GOVERNANCE',
    'x-amz-grant-read': 'id=1',
  })
})

test('of the headers of the request those stay that policies ask for', () => {
  const sent = {
    host: 'h',
    origin: 'o',
    referer: 'r',
    'user-agent': 'u',
    'x-amz-acl': 'public-read',
    range: 'bytes=0-1',
  }
  assert.deepEqual(headersOf(fields({}), sent), { host: 'h', origin: 'o', referer: 'r', 'user-agent': 'u' })
})
