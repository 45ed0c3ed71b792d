{{ empty_mart() }}
