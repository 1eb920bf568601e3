from .writing import write_change_docx as write_change_docx
from .writing import write_docx as write_docx
