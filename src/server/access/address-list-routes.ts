import { Type } from "typebox";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { addressRanges, closed, id } from "../api/schemas.ts";
import { changeAddressList, findAddressList } from "./change-address-list.ts";

const TAG = "Address lists";
const AddressList = Type.Object(
  { addresses: addressRanges("from where alone; empty: from anywhere") },
  { ...closed, examples: [{ addresses: ["192.0.2.0/24", "2001:db8::/32"] }] },
);
const User = Type.Object({ user: id("of the user") }, closed);

const show = apiRoute({
  method: "GET",
  url: "/v1/address-list",
  operation: "getAddressList",
  tag: TAG,
  summary: "Show from where your people and keys may come",
  admits: "settings:read",
  answer: AddressList,
  handle: async ({ db, actor }) => ({ addresses: [...(await findAddressList(db, actor, { userId: null }))] }),
});

const change = apiRoute({
  method: "PUT",
  url: "/v1/address-list",
  operation: "changeAddressList",
  tag: TAG,
  summary: "Say from where your people and keys may come",
  about: "Of the operator, or of the account that you act for; accounts below have lists of their own.",
  admits: "settings:write",
  body: AddressList,
  answer: AddressList,
  problems: ["address-list-invalid", "address-list-locks-out", "impersonation-refused"],
  handle: async ({ db, actor, body }) => ({
    addresses: [...(await changeAddressList(db, actor, { userId: null }, body.addresses))],
  }),
});

const showOfUser = apiRoute({
  method: "GET",
  url: "/v1/users/{user}/address-list",
  operation: "getUserAddressList",
  tag: TAG,
  summary: "Show from where a user may come",
  admits: "users:read",
  params: User,
  answer: AddressList,
  problems: ["address-list-owner-unknown"],
  handle: async ({ db, actor, params }) => ({
    addresses: [...(await findAddressList(db, actor, { userId: params.user }))],
  }),
});

const changeOfUser = apiRoute({
  method: "PUT",
  url: "/v1/users/{user}/address-list",
  operation: "changeUserAddressList",
  tag: TAG,
  summary: "Say from where a user may come",
  admits: "users:write",
  params: User,
  body: AddressList,
  answer: AddressList,
  problems: ["address-list-invalid", "address-list-locks-out", "address-list-owner-unknown", "impersonation-refused"],
  handle: async ({ db, actor, params, body }) => ({
    addresses: [...(await changeAddressList(db, actor, { userId: params.user }, body.addresses))],
  }),
});

/** The routes of address lists. */
export const addressListRoutes = (): readonly ApiRoute[] => [show, change, showOfUser, changeOfUser];
