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

    acuerdo administracion administrativa administrativo agua alcalde alcaldesa alcaldia alcantarillado ambiente
    anticorrupcion anual articulo asamblea aseo atencion audiencia barrio boletin cabildo caribe ciudad ciudadana
    ciudadania ciudadano ciudadanos codigo colombia comite comuna comunicaciones concejo congreso constitucion
    contraloria contrato control corregimiento credito cuentas cultura decreto defensoria departamento deportes
    desarrollo dialogo direccion distrital distrito economia educacion empleo empresa entidad escuela espanol
    estado estrategia facebook funcion general gestion gobernacion gobierno hacienda hospital inclusion informacion
    informatica informe infraestructura inspeccion instagram instituto integridad interior internet junta justicia
    juventud ley localidad manual ministerio ministro mujer mujeres municipal municipio nacion nacional objetivo
    oficina ordenamiento pagina participacion personeria plan planeacion pobreza policia ponal prensa presidencia
    presupuesto procuraduria programa proyecto publica publico publicos pueblo recreacion redes rendicion republica
    resolucion salud secretaria secretario seguridad sentencia servicio servicios sistema social sociales
    sostenible superacion territorial transito transparencia transporte tribunal turismo twitter universidad vereda
    vivienda web whatsapp youtube
    """.split()  # noqa: SIM905 -- una lista de palabras se lee y se revisa mejor así
)
"""Palabras corrientes y de la administración pública, sin tildes: con mayúscula no nombran a una persona."""

NOMBRES = frozenset(
    """
    abel adolfo adriana agustin alberto alejandra alejandro alexander alexandra alexis alfonso alfredo alvaro ana
    anderson andrea andres angela angelica angie antonio ariel armando arturo astrid beatriz benjamin bernardo
    brayan camila camilo carla carlos carmen carolina catalina catherine cesar claudia cristian cristina cristobal
    dagoberto dalia daniel daniela danilo dario david dayana deisy denis diana diego dilia edgar edgardo edilma
    edinson edith eduardo edwin efrain elena eliana elias eliecer elizabeth elkin elvia elvira emilio emiro enrique
    erick erika ernesto esteban estefania ester etilvia eugenia eugenio evelyn everardo ezequiel fabian fabiola
    faustino felipe felix fernanda fernando francisco freddy gabriel gabriela gerardo german gildardo giovanny
    gisela gladys gloria gonzalo graciela gregorio guillermo gustavo hanna harold hector heidy helena henry
    herminia hernan hernando hugo humberto ignacio ines ingrid irma isaac isabel ismael ivan jacobo jaime jairo
    janeth javier jeison jennifer jenny jessica jesus jhon joaquin joel johan johana john jonathan jorge jose
    josefina josue juan juana judith julian juliana julio karen karina katherine keila kelly kevin laura leidis
    leidy leonardo leonel leticia libardo ligia lilia liliana lina lorena lucia luciano lucila luis luisa luzdary
    magaly manuel manuela marcela margarita maria mariana mario maritza marlene marlon marta martha martin
    maryuris mateo mauricio mauro melissa mercedes miguel miladis mileidis milena milton mirian moises monica
    myriam nancy natalia nayibe nelly nelson nestor nicolas nidia nohora nora norberto nubia octavio olga omar
    orlando oscar osvaldo oswaldo pablo paola patricia paula pedro rafael ramiro ramon raquel raul rebeca reinaldo
    rene ricardo rigoberto roberto robinson rocio rodolfo rodrigo roger ronald rosalba ruben ruth samuel sandra
    santiago sara saul sebastian sergio sharick shirley silvia simon sofia stella susana tatiana teofilo teresa
    tomas ubaldo ulises uriel valentina valeria vanessa veronica vicente victor vilma viviana walter wendy wilfrido
    william wilman wilmer wilson ximena yadira yamile yamileth yanet yaneth yasmin yeimy yeison yerson yesenia
    yesid yolanda yuleidis yulieth yuranis yurleidis zenaida zoila zulma
    """.split()  # noqa: SIM905 -- una lista de palabras se lee y se revisa mejor así
)
"""Nombres de pila frecuentes en Colombia, sin tildes; sin los que también son palabras corrientes (Rosa, Luz)."""

APELLIDOS = frozenset(
    """
    acosta aguilar alvarez arevalo arias arrieta arroyo arzuza ballestas barraza barrios bello benitez bermudez
    berrio berrocal blanco bolanos bravo buelvas burgos bustamante caballero cabarcas cabrera cantero cantillo
    caraballo cardenas cardona carrillo cassiani castro cespedes contreras coronado correa cortes cuadrado daza
    delgado diaz dominguez duque escobar espinosa estrada fernandez figueroa florez fonseca franco fuentes galvis
    garcia gil giraldo gomez gonzalez guerrero gutierrez henao hernandez herrera hoyos hurtado jaramillo jimenez
    lara leon llamas llerena lopez lozano maldonado marin marquez marrugo marsiglia martelo martinez medina mejia
    mendoza mercado meza miranda molina monterrosa montes morales morelos moreno munoz murillo narvaez navarro
    nieto noriega nunez ochoa olivares orozco ortega ortiz ospina padilla paez pajaro palacio palacios parra
    paternina pena peralta perez petro piedrahita pineda pinto polo posada prada puello puerta quintana quintero
    ramirez ramos restrepo reyes rincon rios rivera robles rocha rodriguez rojas romero rueda ruidiaz ruiz saenz
    salas salazar salcedo sanchez sandoval santos sarmiento serrano sierra silva solano sosa soto suarez tapia
    teheran toro torres tous trujillo uribe urrutia valdelamar valdez valencia vanegas vargas vasquez vega
    velasquez velez vera vergara villa villadiego villalobos villarreal yepes zambrano zapata zapateiro zuniga
    """.split()  # noqa: SIM905 -- una lista de palabras se lee y se revisa mejor así
)
"""Apellidos frecuentes, sin tildes; solo cuentan al lado de un nombre."""
