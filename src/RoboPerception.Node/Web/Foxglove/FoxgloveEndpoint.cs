using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RoboPerception.Node.Logging;

namespace RoboPerception.Node.Web.Foxglove;

/// <summary>Where a viewer connects.</summary>
internal static class FoxgloveEndpoint
{
    /// <summary>The address's path.</summary>
    public const string Path = "/foxglove";

    /// <summary>What is spoken here.</summary>
    public const string Protocol = "foxglove.websocket.v1";

    /// <summary>Serves a viewer; words and a status code for whoever speaks something else.</summary>
    public static async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol))
        {
            await RefuseAsync(context, 400, $"a WebSocket with the subprotocol {Protocol}: open ws://{context.Request.Host}{Path} in Foxglove").ConfigureAwait(false);
            return;
        }
        FoxgloveHub hub = context.RequestServices.GetRequiredService<FoxgloveHub>();
        if (hub.Clients >= FoxgloveHub.MostClients)
        {
            await RefuseAsync(context, 503, $"there are {FoxgloveHub.MostClients} viewers already").ConfigureAwait(false);
            return;
        }
        // A viewer that has gone without a word is found out by its silence.
        var accept = new WebSocketAcceptContext { SubProtocol = Protocol, KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(30) };
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(accept).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping, context.RequestAborted);
        var client = new FoxgloveClient(socket, hub);
        if (!hub.Join(client))
        {
            return;
        }
        try
        {
            await client.ServeAsync(stop.Token).ConfigureAwait(false);
        }
        finally
        {
            hub.Leave(client);
        }
    }

    /// <summary>A viewer shows no reason for a connection that was refused, so the log says it.</summary>
    public static void WarnOfOrigin(HttpContext context)
    {
        ILogger log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(LogComponents.Http);
        log.LogWarning("a page of another site asked for {Path} and was refused: a viewer on a page needs the token ({Variable}) in its address, {Path}?token=TOKEN", Path, WebAccess.TokenVariable, Path);
    }

    private static async Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(why + "\n", context.RequestAborted).ConfigureAwait(false);
    }
}
