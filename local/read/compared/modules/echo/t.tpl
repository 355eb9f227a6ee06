server ${name} {
  %{ for x in xs ~}
  listen ${x};
  %{ endfor ~}
  %{ if name == "q" }yes%{ else }no%{ endif }
}
