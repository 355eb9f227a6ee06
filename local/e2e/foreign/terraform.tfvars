environment = "dev"

tags = {
  catalog = "1.4.2"
  basket  = "2.0.0"
}
