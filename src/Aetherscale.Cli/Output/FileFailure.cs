namespace Aetherscale.Cli.Output;

/// <summary>Why a file cannot be used, without its path, which stands beside it already.</summary>
internal static class FileFailure
{
    public static string Of(Exception error) => error switch
    {
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "its folder is not there",
        UnauthorizedAccessException => "it is not yours to use (permission denied)",
        _ => error.Message,
    };
}
