/** What a create answers when the thing was there before: 200 in place of 201. */
export class AlreadyThere<Value> {
  constructor(readonly value: Value) {}
}
