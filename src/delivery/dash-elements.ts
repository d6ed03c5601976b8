/** The elements of a DASH manifest (ISO/IEC 23009-1) that have URIs which a player fetches, or that lead to those. Others, with all in them, are let be. */

/** What a URI is relative to, and what it is for. */
export type UriKind =
  /** To the BaseURL that is in force where segments are asked for. */
  | 'segment'
  /** To the element's own surroundings. */
  | 'link'
  /** To the manifest itself. */
  | 'document'
  /** To the BaseURL of the level above; and others are relative to it. */
  | 'base'
  /** To the manifest; and players may take it for the manifest's place from then on. */
  | 'location'

export interface ElementRule {
  /** The elements that it may stand in; '' is none. */
  readonly within: readonly string[]
  /** Has BaseURLs of its own. */
  readonly isLevel?: boolean
  readonly attributes?: Readonly<Record<string, UriKind>>
  /** What the element's text is. */
  readonly text?: UriKind
}

const levels = ['Period', 'AdaptationSet', 'Representation']
const segments = ['SegmentBase', 'SegmentList', 'SegmentTemplate']
const remote = { 'xlink:href': 'link' } as const

export const elements: ReadonlyMap<string, ElementRule> = new Map<string, ElementRule>([
  ['MPD', { within: [''], isLevel: true }],
  ['Period', { within: ['MPD'], isLevel: true, attributes: remote }],
  ['AdaptationSet', { within: ['Period'], isLevel: true, attributes: remote }],
  ['Representation', { within: ['AdaptationSet'], isLevel: true }],
  ['BaseURL', { within: ['MPD', ...levels], text: 'base' }],
  ['Location', { within: ['MPD'], text: 'location' }],
  ['PatchLocation', { within: ['MPD'], text: 'document' }],
  ['ServiceDescription', { within: ['MPD', 'Period'] }],
  ['ContentSteering', { within: ['MPD', 'ServiceDescription'], text: 'document' }],
  ['InitializationSet', { within: ['MPD'], attributes: { ...remote, initialization: 'document' } }],
  ['EventStream', { within: ['Period'], attributes: remote }],
  ['SegmentBase', { within: levels }],
  ['SegmentList', { within: levels, attributes: remote }],
  [
    'SegmentTemplate',
    {
      within: levels,
      attributes: { media: 'segment', index: 'segment', initialization: 'segment', bitstreamSwitching: 'segment' },
    },
  ],
  ['Initialization', { within: segments, attributes: { sourceURL: 'segment' } }],
  ['RepresentationIndex', { within: segments, attributes: { sourceURL: 'segment' } }],
  ['BitstreamSwitching', { within: segments, attributes: { sourceURL: 'segment' } }],
  ['SegmentURL', { within: ['SegmentList'], attributes: { media: 'segment', index: 'segment' } }],
])
