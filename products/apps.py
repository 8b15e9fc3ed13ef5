from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "products"

    def ready(self) -> None:
        from products import facets  # noqa: F401  what the list of establishments shows of them
