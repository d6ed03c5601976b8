import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram } from './histogram.ts'

test('small durations are exact', () => {
  const histogram = new Histogram()
  for (let value = 1; value <= 100; value++) histogram.record(value)
  assert.equal(histogram.percentile(0.5), 50)
  assert.equal(histogram.percentile(0.99), 99)
  assert.equal(histogram.percentile(1), 100)
  assert.equal(histogram.max, 100)
  assert.equal(histogram.count, 100)
})

test('no percentile is wrong by more than 1.6 %, nor below the truth', () => {
  for (const value of [127, 128, 129, 255, 256, 1000, 4095, 65_537, 999_999, 12_345_678, 2 ** 30, 2 ** 31 - 1]) {
    const histogram = new Histogram()
    histogram.record(value)
    histogram.record(2 ** 31 - 1)
    const found = histogram.percentile(0.5)
    assert.ok(found >= value && found <= value * 1.016, `${value} became ${found}`)
  }
})

test('a percentile counts ranks, so one slow answer in a hundred is the maximum and not p99', () => {
  const histogram = new Histogram()
  for (let index = 0; index < 99; index++) histogram.record(10)
  histogram.record(5000)
  assert.equal(histogram.percentile(0.99), 10)
  assert.equal(histogram.percentile(0.999), 5000)
})

test('a duration beyond the range counts as the longest there is', () => {
  const histogram = new Histogram()
  histogram.record(1e12)
  assert.equal(histogram.max, 2 ** 31 - 1)
})

test('nothing recorded is 0', () => {
  assert.equal(new Histogram().percentile(0.5), 0)
})
