/** The English catalogue, loaded on its own when the reader's language is English. */
const files = import.meta.glob<Record<string, string>>('../../../../internal/words/en/*.json', {
  eager: true,
  import: 'default',
})
export default Object.assign({}, ...Object.values(files)) as Record<string, string>
