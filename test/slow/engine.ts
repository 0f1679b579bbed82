import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import * as grpc from '@grpc/grpc-js';

/* eslint-disable @typescript-eslint/no-require-imports -- Pulumi's protocol has no types for its services */
const engineService = require('@pulumi/pulumi/proto/engine_grpc_pb.js') as Services;
const engineMessages = require('@pulumi/pulumi/proto/engine_pb.js') as Messages;
const monitorService = require('@pulumi/pulumi/proto/resource_grpc_pb.js') as Services;
const monitorMessages = require('@pulumi/pulumi/proto/resource_pb.js') as Messages;
const { Empty } = require('google-protobuf/google/protobuf/empty_pb.js') as Messages;
/* eslint-enable @typescript-eslint/no-require-imports */

const DEBUG = 0;

type Services = Record<string, grpc.ServiceDefinition>;
type Messages = Record<string, new () => Record<string, (value: unknown) => void>>;
type Request = Record<string, () => unknown>;

export interface EngineRun {
  /** What the program registered, as `type::name`, in order. */
  readonly registered: readonly string[];
  readonly logs: readonly string[];
  readonly exitCode: number;
}

/**
 * Runs a program as `pulumi up` does: by the Node program that Pulumi's language host starts, which talks to an engine.
 * The engine here only takes registrations down; the real one cannot be had from a registry.
 */
export async function runLikePulumi(
  root: string,
  program: string,
  env: Record<string, string>,
): Promise<EngineRun> {
  const registered: string[] = [];
  const logs: string[] = [];
  const server = new grpc.Server();
  server.addService(engineService['EngineService']!, {
    ...answers(engineService['EngineService']!),
    log: answer((request) => {
      if (request['getSeverity']!() !== DEBUG) logs.push(String(request['getMessage']!()));
      return new Empty!();
    }),
    getRootResource: answer(() => new engineMessages['GetRootResourceResponse']!()),
    setRootResource: answer(() => new engineMessages['SetRootResourceResponse']!()),
  });
  server.addService(monitorService['ResourceMonitorService']!, {
    ...answers(monitorService['ResourceMonitorService']!),
    supportsFeature: answer(() => {
      const response = new monitorMessages['SupportsFeatureResponse']!();
      response['setHassupport']!(true);
      return response;
    }),
    registerResource: answer((request) => {
      const [type, name] = [String(request['getType']!()), String(request['getName']!())];
      registered.push(`${type}::${name}`);
      const response = new monitorMessages['RegisterResourceResponse']!();
      response['setUrn']!(`urn:pulumi:test::stageline::${type}::${name}`);
      response['setId']!(name);
      response['setObject']!(request['getObject']!());
      return response;
    }),
    registerPackage: answer(() => new monitorMessages['RegisterPackageResponse']!()),
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const run = join(root, 'node_modules/@pulumi/pulumi/cmd/run');
  const address = `127.0.0.1:${port}`;
  const argv = [
    ...['--monitor', address, '--engine', address, '--project', 'stageline', '--stack', 'test'],
    ...['--root-directory', root, '--pwd', dirname(program), '--dry-run', 'true', program],
  ];
  const exitCode = await new Promise<number>((resolve) => {
    const child = execFile(
      process.execPath,
      [run, ...argv],
      { env: { ...process.env, ...env } },
      (error, _, stderr) => {
        if (stderr !== '') logs.push(stderr);
        resolve(error === null ? 0 : Number(error.code));
      },
    );
    child.stdin?.end();
  });
  server.forceShutdown();
  return { registered, logs, exitCode };
}

type Handler = (call: { request: Request }, callback: (error: null, response: unknown) => void) => void;

const answer =
  (respond: (request: Request) => unknown): Handler =>
  (call, callback) =>
    callback(null, respond(call.request));

/** Everything else is answered by nothing. */
function answers(service: grpc.ServiceDefinition): Record<string, Handler> {
  return Object.fromEntries(Object.keys(service).map((name) => [name, answer(() => new Empty!())]));
}
