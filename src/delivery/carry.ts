/** How a token travels from a playlist to what the playlist names. */

/** The token of a request for a playlist or manifest, and where it was found. */
export interface Carry {
  readonly token: string
  /** `query`: `?auth=<token>`. `path`: `/~auth=<token>/` before the key. (By cookie, the browser carries it itself.) */
  readonly by: 'query' | 'path'
  /** `https://photos.media-storage.us-east-1.example.com`: scheme, host and port that were asked, in lower case. */
  readonly origin: string
  /** Path before the key, without the token: `/`, or `/photos/` where the bucket stands in the path. */
  readonly root: string
  /** The playlist's own key, percent-encoded as it was asked for: `film/master.m3u8`. */
  readonly key: string
}
