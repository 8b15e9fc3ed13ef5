"""Messages of the frameworks that come to people's eyes and that the frameworks' own Vietnamese catalogues lack.

Nothing imports this module: it puts the messages into our catalogue, which stands before theirs. After an upgrade of
Django or Django REST framework compare anew."""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

# Django: fields, validators, formsets
DJANGO_FIELDS_VALIDATORS_FORMSETS = (
    _("Null characters are not allowed."),
    _("Enter a valid UUID."),
    _("“%(value)s” is not a valid UUID."),
    _("Enter a valid JSON."),
    _("Value must be valid JSON."),
    _("Enter a valid duration."),
    _("The number of days must be between {min_days} and {max_days}."),
    _("Enter a complete value."),
    _("Enter a valid domain name."),
    _("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    _("Enter a valid “slug” consisting of Unicode letters, numbers, underscores, or hyphens."),
    _("Ensure this value is a multiple of step size %(limit_value)s."),
    _("File extension “%(extension)s” is not allowed. Allowed extensions are: %(allowed_extensions)s."),
    _("Constraint “%(name)s” is violated."),
    _("“%(value)s” value must be either True or False."),
    _("“%(value)s” value must be either True, False, or None."),
    _("“%(value)s” value has an invalid date format. It must be in YYYY-MM-DD format."),
    _("“%(value)s” value has the correct format (YYYY-MM-DD) but it is an invalid date."),
    _("“%(value)s” value has an invalid format. It must be in YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format."),
    _("“%(value)s” value has the correct format (YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ]) but it is an invalid date/time."),
    _("“%(value)s” value must be a decimal number."),
    _("“%(value)s” value must be a float."),
    _("“%(value)s” value must be an integer."),
    _("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    _("“%(pk)s” is not a valid value."),
    _("The inline value did not match the parent instance."),
    _(
        "ManagementForm data is missing or has been tampered with. Missing fields: %(field_names)s. You may need to file a bug report if the issue persists."
    ),
    ngettext_lazy("Please submit at most %(num)d form.", "Please submit at most %(num)d forms."),
    ngettext_lazy("Please submit at least %(num)d form.", "Please submit at least %(num)d forms."),
    _(
        "%(datetime)s couldn’t be interpreted in time zone %(current_timezone)s; it may be ambiguous or it may not exist."
    ),
    _("This is not a valid IPv6 address."),
    _("Select a valid choice. That choice is not one of the available choices."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    _("That page number is not an integer"),
    _("That page number is less than 1"),
    _("That page contains no results"),
)

# Django: these its own catalogue has, in words that do not say what to do
DJANGO_SAID_BETTER = (
    _("Enter a valid value."),
    _("Enter a valid integer."),
    _("Enter a valid date."),
    _("Enter a valid time."),
    _("Enter a valid date/time."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    _("Select a valid choice. That choice is not one of the available choices."),
    _("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."),
)

# Django: sign-in and passwords
DJANGO_SIGN_IN_AND_PASSWORDS = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    _(
        "Enter a valid username. This value may contain only unaccented lowercase a-z and uppercase A-Z letters, numbers, and @/./+/-/_ characters."
    ),
)

# Django: lengths of time
DJANGO_LENGTHS_OF_TIME = (
    ngettext_lazy("%(num)d year", "%(num)d years"),
    ngettext_lazy("%(num)d month", "%(num)d months"),
    ngettext_lazy("%(num)d week", "%(num)d weeks"),
    ngettext_lazy("%(num)d day", "%(num)d days"),
    ngettext_lazy("%(num)d hour", "%(num)d hours"),
    ngettext_lazy("%(num)d minute", "%(num)d minutes"),
)

# Django REST framework
DJANGO_REST_FRAMEWORK = (
    _('"{input}" is not a valid choice.'),
    _("A server error occurred."),
    _("A valid biginteger is required."),
    _("A valid integer is required."),
    _("A valid number is required."),
    _("Authentication credentials were not provided."),
    _("Could not satisfy the request Accept header."),
    _("Date has wrong format. Use one of these formats instead: {format}."),
    _("Datetime has wrong format. Use one of these formats instead: {format}."),
    _("Datetime value out of range."),
    _("Duration has wrong format. Use one of these formats instead: {format}."),
    _("Ensure that there are no more than {max_decimal_places} decimal places."),
    _("Ensure that there are no more than {max_digits} digits in total."),
    _("Ensure that there are no more than {max_whole_digits} digits before the decimal point."),
    _("Ensure this field has at least {min_length} characters."),
    _("Ensure this field has at least {min_length} elements."),
    _("Ensure this field has no more than {max_length} characters."),
    _("Ensure this field has no more than {max_length} elements."),
    _("Ensure this filename has at most {max_length} characters (it has {length})."),
    _("Ensure this value is greater than or equal to {min_value}."),
    _("Ensure this value is less than or equal to {max_value}."),
    _('Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'),
    _("Enter a valid URL."),
    _("Enter a valid email address."),
    _("Expected a date but got a datetime."),
    _("Expected a datetime but got a date."),
    _('Expected a dictionary of items but got type "{input_type}".'),
    _('Expected a list of items but got type "{input_type}".'),
    ngettext_lazy("Expected available in {wait} second.", "Expected available in {wait} seconds."),
    _("Incorrect authentication credentials."),
    _("Incorrect type. Expected pk value, received {data_type}."),
    _("Invalid cursor"),
    _("Invalid data. Expected a dictionary, but got {datatype}."),
    _('Invalid datetime for the timezone "{timezone}".'),
    _("Invalid input."),
    _("Invalid page."),
    _('Invalid pk "{pk_value}" - object does not exist.'),
    _("Invalid token."),
    _("Malformed request."),
    _('Method "{method}" not allowed.'),
    _("Must be a valid UUID."),
    _("Must be a valid boolean."),
    _("No file was submitted."),
    _("No filename could be determined."),
    _("Not a valid string."),
    _("Not found."),
    _("Object with {slug_name}={value} does not exist."),
    _("Permission denied."),
    _("Request was throttled."),
    _("String value too large."),
    _("Surrogate characters are not allowed: U+{code_point:X}."),
    _("The fields {field_names} must make a unique set."),
    _("The submitted data was not a file. Check the encoding type on the form."),
    _("The submitted file is empty."),
    _("This dictionary may not be empty."),
    _("This field is required."),
    _("This field may not be blank."),
    _("This field may not be null."),
    _("This field must be unique."),
    _("This list may not be empty."),
    _("This value does not match the required pattern."),
    _("Time has wrong format. Use one of these formats instead: {format}."),
    _('Unsupported media type "{media_type}" in request.'),
    _("User inactive or deleted."),
    _("You do not have permission to perform this action."),
)
