/** An apt of its own: repositories made here, served by HTTP, and a root folder to install into. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, normalize } from 'node:path';

export interface TestPackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  /** Content by path; what is below /etc is a configuration file. */
  readonly files?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

export class AptWorld {
  readonly folder: string;
  readonly root: string;
  readonly aptConfig: string;
  #server: Server | undefined;
  /** Paths that were asked for. */
  readonly asked: string[] = [];

  constructor(folder: string) {
    this.folder = folder;
    this.root = join(folder, 'root');
    this.aptConfig = join(folder, 'apt.conf');
  }

  async start(): Promise<void> {
    for (const path of [
      ...['var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/apt/lists/partial'],
      ...['var/cache/apt/archives/partial', 'var/log/apt', 'etc/apt/apt.conf.d', 'tmp'],
      ...['etc/apt/preferences.d', 'etc/apt/sources.list.d', 'etc/apt/trusted.gpg.d'],
    ]) {
      mkdirSync(join(this.root, path), { recursive: true });
    }
    writeFileSync(join(this.root, 'var/lib/dpkg/status'), '');
    this.#server = createServer((request, response) => {
      const path = join(this.folder, 'www', normalize(decodeURIComponent(request.url ?? '/')));
      this.asked.push(request.url ?? '');
      if (!existsSync(path)) response.writeHead(404).end();
      else response.writeHead(200).end(readFileSync(path));
    });
    const server = this.#server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    writeFileSync(this.aptConfig, this.#configuration());
    writeFileSync(
      join(this.root, 'etc/apt/sources.list'),
      ['main', 'security']
        .map((name) => `deb [trusted=yes] http://127.0.0.1:${port}/${name} ./\n`)
        .join(''),
    );
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  publish(
    repository: string,
    label: string,
    suite: string,
    packages: readonly TestPackage[],
  ): void {
    const www = join(this.folder, 'www', repository);
    mkdirSync(www, { recursive: true });
    for (const each of packages) this.#build(each, www);
    const index = execFileSync('dpkg-scanpackages', ['--multiversion', '.'], {
      cwd: www,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    writeFileSync(join(www, 'Packages'), index);
    const fields = { Origin: 'Test', Label: label, Suite: suite, Version: '12', Codename: 'test' };
    const options = Object.entries(fields).flatMap(([key, value]) => [
      '-o',
      `APT::FTPArchive::Release::${key}=${value}`,
    ]);
    const release = execFileSync('apt-ftparchive', [...options, 'release', '.'], { cwd: www });
    writeFileSync(join(www, 'Release'), release);
  }

  install(packages: readonly TestPackage[]): void {
    const folder = join(this.folder, 'first');
    mkdirSync(folder, { recursive: true });
    const files = packages.map((each) => this.#build(each, folder));
    execFileSync('dpkg', [`--root=${this.root}`, '--install', ...files], { stdio: 'pipe' });
  }

  versions(): Record<string, string> {
    const format = ['Package', 'Version', 'db:Status-Status']
      .map((each) => `$\{${each}}`)
      .join(' ');
    const output = execFileSync('dpkg-query', [`--root=${this.root}`, '-W', '-f', `${format}\\n`]);
    const lines = output.toString().trim().split('\n');
    return Object.fromEntries(
      lines.map((line) => {
        const [name = '', version = '', status = ''] = line.split(' ');
        return [name, status === 'installed' ? version : `${version} ${status}`];
      }),
    );
  }

  #build({ name, version, depends, files = {}, scripts = {} }: TestPackage, to: string): string {
    const folder = join(this.folder, 'build', `${name}_${version}`);
    const put = (path: string, content: string, mode: number) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content, { mode });
    };
    const control = {
      Package: name,
      Version: version,
      Architecture: 'all',
      Maintainer: 'Test <test@example.com>',
      ...(depends === undefined ? {} : { Depends: depends }),
      Description: 'made by a test',
    };
    const lines = Object.entries(control).map(([key, value]) => `${key}: ${value}\n`);
    put('DEBIAN/control', lines.join(''), 0o644);
    const conffiles = Object.keys(files).filter((path) => path.startsWith('/etc/'));
    if (conffiles.length > 0) put('DEBIAN/conffiles', `${conffiles.join('\n')}\n`, 0o644);
    for (const [path, content] of Object.entries(files)) put(path, content, 0o644);
    for (const [script, content] of Object.entries(scripts))
      put(`DEBIAN/${script}`, content, 0o755);
    const target = join(to, `${name}_${version.replace(':', '%3a')}_all.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', folder, target], { stdio: 'pipe' });
    return target;
  }

  #configuration(): string {
    return [
      `Dir "${this.root}";`,
      `Dir::State::status "${this.root}/var/lib/dpkg/status";`,
      `DPkg::Options { "--root=${this.root}"; "--force-script-chrootless"; };`,
      'APT::Sandbox::User "root";',
      'Acquire::http::Proxy "DIRECT";',
      'Acquire::Languages "none";',
      'APT::Install-Recommends "false";',
      '',
    ].join('\n');
  }
}
