/** hls.js on a video element: what qualities there are, which one plays, and what goes wrong, in words. */
import Hls, { ErrorTypes, Events, type ErrorData, type Level } from 'hls.js'
import { useEffect, useRef, useState } from 'react'
import { preview as words } from '../../../strings/preview.ts'

export interface HlsState {
  readonly video: React.RefObject<HTMLVideoElement | null>
  /** By the browser itself: what it cannot play it tells on the element. */
  readonly isNative: boolean
  readonly levels: readonly Level[]
  readonly playing: Level | undefined
  /** Why it has ended. */
  readonly failure: string | undefined
  /** What went wrong, and is tried again. */
  readonly trouble: string | undefined
  /** Of `levels`; undefined leaves it to the speed of the connection. */
  choose(level: number | undefined): void
  fail(reason: string): void
}

export function useHls(url: string): HlsState {
  const video = useRef<HTMLVideoElement>(null)
  const player = useRef<Hls>(undefined)
  const [levels, setLevels] = useState<readonly Level[]>([])
  const [playing, setPlaying] = useState<Level>()
  const [failure, setFailure] = useState<string>()
  const [trouble, setTrouble] = useState<string>()
  const isNative = !Hls.isSupported()

  useEffect(() => {
    const element = video.current
    if (element === null) return undefined
    if (!Hls.isSupported()) {
      if (element.canPlayType('application/vnd.apple.mpegurl') === '') setFailure(words.noHls)
      else element.src = url
      return undefined
    }
    // Its worker would be made of a text, which the page's policy does not allow.
    const hls = new Hls({ enableWorker: false, capLevelToPlayerSize: false })
    player.current = hls
    let recovered = false
    hls.on(Events.MANIFEST_PARSED, (_event, { levels: found }) => setLevels(found))
    hls.on(Events.LEVEL_SWITCHED, (_event, { level }) => setPlaying(hls.levels[level]))
    hls.on(Events.ERROR, (_event, error) => {
      if (!error.fatal) {
        // It asks a few times more; what is wrong is known already.
        if ((error.response?.code ?? 0) >= 400) setTrouble(sayError(error))
        return
      }
      if (error.type === ErrorTypes.MEDIA_ERROR && !recovered) {
        recovered = true
        hls.recoverMediaError()
        return
      }
      setFailure(sayError(error))
      hls.destroy()
    })
    hls.on(Events.FRAG_LOADED, () => setTrouble(undefined))
    hls.loadSource(url)
    hls.attachMedia(element)
    return () => {
      player.current = undefined
      hls.destroy()
    }
  }, [url])

  return {
    ...{ video, isNative, levels, playing, failure, trouble, fail: setFailure },
    choose(level) {
      if (player.current !== undefined) player.current.currentLevel = level ?? -1
    },
  }
}

function sayError({ type, details, response, frag, url, error }: ErrorData): string {
  if (type === ErrorTypes.MEDIA_ERROR) return words.hls.media
  if (type !== ErrorTypes.NETWORK_ERROR) return words.hls.other(error.message || details)
  const status = response?.code ?? 0
  // The ticket in the address is nobody's business.
  const place = (frag?.url || response?.url || url || '').split('/').at(-1) ?? ''
  return words.hls.network(status > 0 ? words.hls.status(status, place) : details)
}
