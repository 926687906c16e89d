using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace RoboPerception.Node.Web.Live;

/// <summary>
/// Sends live pictures to one browser. The next frame goes out when the browser says that it has drawn the one before, so that
/// at most one is on its way: a slow network shows fewer frames, not older ones.
/// </summary>
internal static class ViewerSocket
{
    /// <summary>Serves a viewer until it leaves or the node stops.</summary>
    public static async Task ServeAsync(HttpContext context, Viewers viewers, CancellationToken stopping)
    {
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        ViewerSlot slot = viewers.Join();
        try
        {
            byte[] answer = new byte[64];
            while (socket.State == WebSocketState.Open)
            {
                byte[] message = await slot.TakeAsync(gone.Token).ConfigureAwait(false);
                await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, gone.Token).ConfigureAwait(false);
                WebSocketReceiveResult drawn = await socket.ReceiveAsync(answer, gone.Token).ConfigureAwait(false);
                if (drawn.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, gone.Token).ConfigureAwait(false);
                    break;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // The browser went away, or the node stops.
        }
        finally
        {
            viewers.Leave(slot);
        }
    }
}
