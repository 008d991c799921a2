/** The French catalogue, loaded on its own when the reader's language is French. */
const files = import.meta.glob<Record<string, string>>('../../../../internal/words/fr/*.json', {
  eager: true,
  import: 'default',
})
export default Object.assign({}, ...Object.values(files)) as Record<string, string>
