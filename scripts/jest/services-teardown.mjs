/** A project's `globalTeardown`: stops what `services.mjs` started, and nothing else. */
export default async function tearDownServices() {
  await globalThis.sluiceTestServices?.stop();
  delete globalThis.sluiceTestServices;
}
