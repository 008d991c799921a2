/**
 * Starts the built program as its user would, and waits for the link that it
 * prints. GUICHET_BIN names the binary, build/bin/guichet otherwise.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Program {
  /** The link that lets one browser in, once. */
  url: string
  origin: string
  stop(): Promise<void>
}

const bin = resolve(process.env['GUICHET_BIN'] ?? join(import.meta.dirname, '../../build/bin/guichet'))

/** folder makes a data folder outside the repository; `drop` takes it away. */
export function folder(): { path: string; drop: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'guichet-e2e-'))
  return { path, drop: () => rmSync(path, { recursive: true, force: true }) }
}

function run(args: string[], data: string): ChildProcess {
  if (!existsSync(bin)) throw new Error(`${bin} is not there: build the program, or name it in GUICHET_BIN`)
  // Its own state only: no keychain of this machine, French as most of its users.
  const env = { ...process.env, GUICHET_DATA: data, GUICHET_NO_KEYCHAIN: '1', GUICHET_LANGUAGE: 'fr' }
  return spawn(bin, ['--data', data, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((done) => child.once('exit', (code) => done(code)))
}

/** start runs a command that serves, and returns once it said where. */
export async function start(args: string[], data: string): Promise<Program> {
  const child = run(args, data)
  let output = ''
  const url = await new Promise<string>((found, failed) => {
    const hear = (chunk: Buffer) => {
      output += chunk.toString()
      const link = /https?:\/\/\S+\/enter#\S+/.exec(output)?.[0]
      if (link) found(link)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    void ended(child).then((code) =>
      failed(new Error(`guichet ${args.join(' ')} ended (${code}):\n${output}`)),
    )
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended(child)
  }
  return { url, origin: new URL(url).origin, stop }
}

/** finish runs a command to its end and returns what it printed. */
export async function finish(args: string[], data: string): Promise<string> {
  const child = run(args, data)
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await ended(child)
  if (code !== 0) throw new Error(`guichet ${args.join(' ')} ended (${code}):\n${output}`)
  return output
}
