/** AWS's canonical id of whoever has not signed a request: the owner of what is written so, where that is allowed. */
export const anonymousId = '65a011a29cdf8ec533ec3d1ccaae921c'
