"""Cuánto cuesta publicar en CKAN, al lado de un programa simple con ckanapi y de ckanext-xloader, en la misma pila."""
