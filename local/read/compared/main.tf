
terraform {
  required_version = ">= 1.0"
}
variable "from_tfvars" { type = string }
variable "from_auto" { type = list(object({ a = number })) }
variable "from_json" {
  type    = map(string)
  default = {}
}
variable "from_env" { type = map(number) }
variable "overridden" { default = "d" }
module "plain" {
  source = "./modules/echo"
}
module "args" {
  source = "./modules/echo"
  v      = { list = [1, "two", true, null], map = { a = { b = "c" } } }
  s      = null
  n      = "21"
  o      = { a = "set", c = { d = false } }
  m      = { a = 1, b = true }
  set    = ["z", "a", "z"]
  t      = [1, "7"]
}
module "none" {
  source = "./modules/echo"
  count  = 0
}
module "two" {
  source = "./modules/echo"
  count  = 2
  s      = "i${count.index}"
}
module "keyed" {
  source   = "./modules/echo"
  for_each = { one = 1, "two/x" = 2, "q\"uote" = 3 }
  s        = each.key
  n        = each.value
}
module "nest" {
  source = "./modules/nest"
  depth  = 3
}
module "nest0" {
  source = "./modules/nest"
  depth  = 0
  names  = []
}
module "json" {
  source = "./modules/json"
  x      = ["a", "b"]
}
module "jsond" { source = "./modules/json" }
module "over" { source = "./modules/over" }
module "dyn" {
  source = "./modules/dyn"
  cidr   = "10.0.0.0/16"
  rules  = [{ port = 443, description = "tls" }, { port = 80, cidrs = ["10.1.0.0/16", "10.2.0.0/16"] }, { port = 443 }]
  subnets = {
    a = { newbits = 8, netnum = 1, public = true }
    b = { newbits = 8, netnum = 2 }
    c = { newbits = 4, netnum = 15, public = true }
  }
}
module "rec" {
  source = "./modules/rec"
  cfg = {
    web = { image = "web:1", env = { B = "2", A = "1" } }
    big = { image = "big:1", cpu = 4096 }
    api = { image = "api:2", cpu = "512" }
  }
}
module "chain" {
  source     = "./modules/echo"
  s          = module.two[1].s
  v          = module.keyed
  depends_on = [module.nest]
}
output "dflt" { value = [module.plain.v, module.plain.s, module.plain.n, module.plain.t] }
output "dflt_o" { value = module.plain.o }
output "dflt_m" { value = module.plain.m }
output "args_v" { value = module.args.v }
output "args_s" { value = module.args.s }
output "args_n" { value = module.args.n }
output "args_o" { value = module.args.o }
output "args_m" { value = module.args.m }
output "args_set" { value = module.args.set }
output "args_sett" { value = module.args.sett }
output "args_t" { value = module.args.t }
output "paths" { value = module.args.paths }
output "file" { value = module.args.file }
output "tpl" { value = module.args.tpl }
output "secret" {
  value     = module.plain.secret
  sensitive = true
}
output "nonsec" { value = nonsensitive(module.plain.secret) }
output "nulled" { value = module.plain.nulled == null ? "was null" : "x" }
output "none" { value = module.none }
output "none_one" { value = one(module.none[*].s) == null }
output "none_try" { value = try(module.none[0].s, "absent") }
output "none_len" { value = length(module.none) }
output "two_splat" { value = module.two[*].s }
output "two_1" { value = module.two[1].s }
output "two_legacy" { value = module.two.*.n }
output "two_len" { value = length(module.two) }
output "two_whole" { value = [for m in module.two : keys({ for k in ["s"] : k => m[k] })] }
output "keyed_one" { value = module.keyed["one"].n }
output "keyed_q" { value = module.keyed["q\"uote"].s }
output "keyed_keys" { value = keys(module.keyed) }
output "keyed_map" { value = { for k, m in module.keyed : upper(k) => m.n } }
output "keyed_vals" { value = values(module.keyed)[*].s }
output "keyed_expr" { value = module.keyed[join("", ["o", "ne"])].s }
output "keyed_try" { value = try(module.keyed["nope"].s, "no such") }
output "nest_leaves" { value = module.nest.leaves }
output "nest_leaf_x" { value = module.nest.leaf_x }
output "nest_vals" { value = module.nest.vals }
output "nest_counted" { value = module.nest.counted }
output "nest_last" { value = module.nest.last }
output "nest_path" { value = module.nest.path }
output "nest0_last" { value = module.nest0.counted }
output "json_j" { value = module.json.j }
output "json_lit" { value = module.json.lit }
output "json_esc" { value = module.json.esc }
output "json_for" { value = module.json.fr }
output "json_more" { value = module.json.more }
output "jsond" { value = module.jsond.j }
output "over_x" { value = module.over.x }
output "over_l" { value = module.over.l }
output "over_t" { value = module.over.t }
output "dyn_cidrs" { value = module.dyn.cidrs }
output "dyn_public" { value = module.dyn.public }
output "dyn_byport" { value = module.dyn.byport }
output "dyn_grouped" { value = module.dyn.grouped }
output "dyn_first" { value = module.dyn.first }
output "dyn_cond" { value = module.dyn.cond }
output "dyn_flat" { value = module.dyn.flat }
output "dyn_json" { value = module.dyn.json }
output "dyn_doc" { value = module.dyn.doc }
output "dyn_enc" { value = base64decode(module.dyn.enc) }
output "dyn_mul" { value = module.dyn.mul }
output "rec" { value = module.rec.svc }
output "rec_names" { value = module.rec.names }
output "rec_sorted" { value = module.rec.sorted }
output "chain_s" { value = module.chain.s }
output "chain_v" { value = { for k, m in module.chain.v : k => m.s } }
output "v_tfvars" { value = var.from_tfvars }
output "v_auto" { value = var.from_auto }
output "v_json" { value = var.from_json }
output "v_env" { value = var.from_env }
output "v_over" { value = var.overridden }
output "quoted" { value = "tab\t\"q\" \\ $${a} ${"lit"} %%{b} \u00e9" }
output "strip" { value = "a ${~"b"~} c%{if true~} d %{~endif}" }
output "hd" {
  value = <<EOF
{
  "a": "${module.two[0].s}",
  "b": [%{for i in [1, 2]}${i},%{endfor}]
}
EOF
}
