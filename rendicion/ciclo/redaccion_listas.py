"""Las listas con que se tapan nombres: qué palabras no son de una persona, y qué nombres lo son siempre."""

from __future__ import annotations

PALABRAS_SEGURAS = frozenset(
    """
    a ahora al ante anoche antes aqui asi aun aunque ayer bajo bien buen buena buenas bueno buenos cada casi como
    con contra cual cuales cuando cuanta cuantas cuanto cuantos de debe deben del desde despues dice dicen donde
    durante e el ella ellas ellos en entonces entre era es esa esas ese eso esos esta estaba estamos estan estas
    este esto estos estoy favor fue fueron gracias ha habia habra hace hacia han hasta hay he hemos hoy igual la las
    le les lo los manana mas me mi mis mucho muchos muy nada ni no nos nosotros nuestra nuestras nuestro nuestros
    nunca o otra otras otro otros para pero poco por porque pregunta preguntas pregunto propongo pues que queremos
    quien quienes quiero quisiera respuesta saber se sea segun senor senora senores ser si siempre sin sino sobre
    solicito solo somos son soy su sus tal tambien tampoco tan tanto tenemos tengo tiene tienen toda todas todo
    todos tras tu un una unas uno unos usted ustedes va van ver vez vivo vivimos y ya yo

    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miercoles
    jueves viernes sabado domingo

    acuerdo administracion agua alcalde alcaldesa alcaldia alcantarillado ambiente anticorrupcion articulo asamblea
    aseo atencion audiencia barrio cabildo caribe ciudad ciudadana ciudadania ciudadano ciudadanos codigo colombia
    comite comuna comunicaciones concejo congreso constitucion contraloria contrato control corregimiento credito
    cuentas cultura decreto defensoria departamento deportes desarrollo dialogo direccion distrital distrito
    economia educacion empleo empresa entidad escuela espanol estado estrategia funcion general gestion gobernacion
    gobierno hacienda hospital inclusion informacion informatica informe infraestructura inspeccion instituto
    integridad interior internet junta justicia juventud ley localidad ministerio ministro mujer mujeres municipal
    municipio nacion nacional oficina ordenamiento participacion personeria plan planeacion pobreza policia ponal
    prensa presidencia presupuesto procuraduria programa proyecto publica publico publicos pueblo recreacion
    rendicion republica resolucion salud secretaria secretario seguridad sentencia servicio servicios sistema
    sociales social sostenible superacion territorial transito transparencia transporte tribunal turismo universidad
    vereda vivienda web
    """.split()  # noqa: SIM905 -- una lista de palabras se lee y se revisa mejor así
)
"""Palabras corrientes y de la administración pública, sin tildes: con mayúscula no nombran a una persona."""

NOMBRES = frozenset(
    """
    adriana alberto alejandra alejandro alfonso alfredo alvaro ana andrea andres angela angelica antonio arturo
    beatriz camila camilo carlos carmen carolina catalina cesar claudia cristian cristina daniel daniela david diana
    diego eduardo elena elizabeth enrique ernesto esteban fabian felipe fernanda fernando francisco gabriel gabriela
    gerardo gloria gonzalo guillermo gustavo hector hernan hernando hugo humberto isabel ivan jaime javier jennifer
    jesus jhon joaquin john jorge jose josefina juan juana juliana julian julio karen laura leidy leonardo liliana
    lina lorena luis luisa manuel manuela marcela margarita maria mariana mario marta martha martin mateo mauricio
    mauro mercedes miguel milena monica natalia nelson nicolas nidia nubia oscar pablo paola patricia paula pedro
    rafael ramiro ramon raul ricardo roberto rocio rodrigo ruben samuel sandra santiago sebastian sergio silvia
    sofia susana teresa tomas valentina valeria veronica vicente victor viviana william wilson ximena yaneth yesid
    yolanda
    """.split()  # noqa: SIM905 -- una lista de palabras se lee y se revisa mejor así
)
"""Nombres de pila frecuentes en Colombia, sin tildes; sin los que también son palabras corrientes (Rosa, Luz)."""

APELLIDOS = frozenset(
    """
    acosta aguilar alvarez arias arrieta barrios bermudez buelvas caballero cabarcas cardenas cardona castro
    contreras correa cortes diaz dominguez fernandez garcia gil gomez gonzalez guerrero gutierrez hernandez herrera
    jimenez lopez lozano marquez martinez medina mejia mendoza meza molina montes morales moreno munoz navarro nunez
    orozco ortega ortiz ospina padilla paez pajaro parra pena perez pineda pinto polo puello quintero ramirez ramos
    restrepo rincon rios rivera rodriguez rojas romero rueda ruiz salas salazar salcedo sanchez sarmiento suarez
    tapia torres trujillo urrutia valencia vargas vasquez velasquez velez vera zambrano zapata zuniga
    """.split()  # noqa: SIM905 -- una lista de palabras se lee y se revisa mejor así
)
"""Apellidos frecuentes, sin tildes; solo cuentan al lado de un nombre."""
