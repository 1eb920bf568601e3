from .alike import tell_alike as tell_alike
from .angles import WAYS as WAYS
from .angles import Angles as Angles
from .clean import all_refused as all_refused
from .features import (
    list_layers as list_layers,
)
from .features import (
    placed as placed,
)
from .features import (
    read_features as read_features,
)
from .features import (
    source_files as source_files,
)
from .inspection import (
    check_command as check_command,
)
from .inspection import (
    inspect_features as inspect_features,
)
from .inspection import (
    inspect_file as inspect_file,
)
from .isolation import end_readers as end_readers
from .isolation import start_reader as start_reader
from .limits import (
    Limits as Limits,
)
from .limits import (
    limiting as limiting,
)
from .limits import (
    limits_in_force as limits_in_force,
)
from .limits import (
    parse_limits as parse_limits,
)
from .parts import Layer as Layer
from .pasted import read_pasted as read_pasted
from .plain_table import PLAIN_SUFFIXES as PLAIN_SUFFIXES
from .plain_table import read_plain_table as read_plain_table
from .postgis_address import Database as Database
from .postgis_address import is_database as is_database
from .postgis_address import without_address as without_address
from .reading import RowKind as RowKind
from .said import require_declared as require_declared
from .sites import read_sites as read_sites
from .sniffing import Format as Format
from .sniffing import sniff as sniff
from .source import is_geodatabase as is_geodatabase
from .source import sha256 as sha256
from .stream import SiteStream as SiteStream
from .stream import open_stream as open_stream
from .stream import stream_sites as stream_sites
