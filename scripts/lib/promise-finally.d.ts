// What the standard says and the compiler's library leaves out: a promise that the callback of
// `finally` returns is waited for. Without it, no-misused-promises calls it forgotten.
interface Promise<T> {
  finally(onfinally?: (() => PromiseLike<unknown>) | null): Promise<T>;
}
