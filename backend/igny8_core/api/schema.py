def add_log_in_operations(result, generator, request, public):
    return result
