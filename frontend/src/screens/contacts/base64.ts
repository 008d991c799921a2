/** base64 writes bytes as the text that JSON can carry; the server finds their encoding. */
export function base64(bytes: Uint8Array): string {
  let text = ''
  // In pieces: a whole file as arguments of one call is more than a stack holds.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}
