/** Serves the codec of the settings to the Temporal Web UI and CLI until SIGINT or SIGTERM. @module */
import { once } from 'node:events';
import { CodecKeys } from './codec/codec-keys';
import { serveCodec } from './codec/codec-server';
import { EncryptionCodec } from './codec/encryption-codec';
import { ConfigError, loadConfig } from './config';
import { codecServerEndpoint, localUrl } from './http/endpoint-settings';

async function main(): Promise<void> {
  const config = loadConfig();
  const { TEMPORAL_CODEC_KEYS_FILE: path } = config;
  if (path === undefined) throw new ConfigError('TEMPORAL_CODEC_KEYS_FILE: expected the file of keys, got nothing');
  const codec = new EncryptionCodec(new CodecKeys(path));
  const endpoint = codecServerEndpoint(config);
  if (endpoint.login === null) {
    throw new ConfigError(
      'CODEC_SERVER_TOKEN_FILE: expected a file with the token that lets in, since every program of this machine reaches the server, got nothing',
    );
  }
  const { CODEC_SERVER_ORIGINS: origins = localWebUi(config.TEMPORAL_UI_PORT) } = config;
  const server = await serveCodec(codec, endpoint, origins);
  console.log(`codec server ready at ${localUrl(config, 'CODEC_SERVER')} for ${origins.join(', ')}`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await server.close();
}

function localWebUi(port: number): readonly string[] {
  return ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${port}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error && error.name === 'ConfigError' ? error.message : error);
  process.exitCode = 1;
});
