namespace Aetherscale.Configuration;

/// <summary>The daemon cannot start as it was told to; the message says where the fault is and what would be right.</summary>
internal sealed class SettingsException(string message) : Exception(message);
